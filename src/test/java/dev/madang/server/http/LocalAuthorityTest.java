package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;

  @Test
  void vouchesForNamesAndAddressesSoThatAStrictClientAgrees() throws Exception {
    TlsIdentity identity = issue(Set.of("den", "den.local"), List.of("192.168.7.20", "fd00::7"));
    assertThat(subjects(identity))
        .containsExactlyInAnyOrder(
            "localhost",
            "127.0.0.1",
            "0:0:0:0:0:0:0:1",
            "den",
            "den.local",
            "192.168.7.20",
            "fd00:0:0:0:0:0:0:7");
    validate(identity);
  }

  @Test
  void keepsItsKeysToItsOwner() throws IOException, UnknownHostException {
    issue(Set.of("den"), List.of());
    for (String name : List.of("ca.key", "leaf.key")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void isTheSameAfterAnotherStart() throws UnknownHostException {
    TlsIdentity first = issue(Set.of("den"), List.of("10.0.0.2"));
    assertThat(issue(Set.of("den"), List.of("10.0.0.2")).chain()).isEqualTo(first.chain());
  }

  @Test
  void issuesAnewWhenAddressesChangeAndKeepsTheAuthority() throws Exception {
    TlsIdentity first = issue(Set.of("den"), List.of("10.0.0.2"));
    TlsIdentity second = issue(Set.of("den"), List.of("192.168.1.3"));
    assertThat(second.certificate()).isNotEqualTo(first.certificate());
    assertThat(second.chain().getLast()).isEqualTo(first.chain().getLast());
    assertThat(subjects(second)).contains("192.168.1.3").doesNotContain("10.0.0.2");
    validate(second);
  }

  @Test
  void renewsAMonthBeforeItEnds() throws Exception {
    TlsIdentity first = issue(Set.of("den"), List.of());
    LocalAuthority authority = new LocalAuthority(folder);
    Instant early = NOW.plus(Duration.ofDays(360));
    assertThat(authority.identity(Set.of("den"), List.of(), early).chain())
        .isEqualTo(first.chain());
    Instant late = NOW.plus(Duration.ofDays(370));
    TlsIdentity renewed = authority.identity(Set.of("den"), List.of(), late);
    assertThat(renewed.certificate().getNotAfter()).isAfter(first.certificate().getNotAfter());
    assertThat(renewed.certificate().getNotAfter())
        .isBefore(Date.from(late.plus(Duration.ofDays(398))));
  }

  @Test
  void vouchesForNoAddressThatItWasNotMadeFor() throws Exception {
    issue(Set.of("den"), List.of("10.0.0.2"));
    TlsIdentity later = issue(Set.of("den", "bank.example.com"), List.of("203.0.113.9"));
    assertThat(subjects(later)).doesNotContain("203.0.113.9", "bank.example.com").contains("den");
  }

  @Test
  void aCertificateItSignedForAForeignNameIsWorthless() throws Exception {
    // Whoever steals the key of the authority still cannot be somebody else's site.
    issue(Set.of("den"), List.of());
    TlsIdentity stolen =
        new TlsIdentity(
            Pem.key(folder.resolve("ca.key")), List.of(Pem.certificate(folder.resolve("ca.crt"))));
    TlsIdentity forged = new LocalAuthority(folder).issue(stolen, Set.of("bank.example.com"), NOW);
    assertThatThrownBy(() -> validate(forged)).isInstanceOf(CertPathValidatorException.class);
  }

  private TlsIdentity issue(Set<String> names, List<String> addresses) throws UnknownHostException {
    List<InetAddress> parsed = new ArrayList<>();
    for (String each : addresses) {
      parsed.add(InetAddress.getByName(each));
    }
    return new LocalAuthority(folder).identity(names, parsed, NOW);
  }

  private static List<String> subjects(TlsIdentity identity) throws GeneralSecurityException {
    return identity.certificate().getSubjectAlternativeNames().stream()
        .map(each -> String.valueOf(each.get(1)))
        .toList();
  }

  private static void validate(TlsIdentity identity) throws GeneralSecurityException {
    // The authority stands in the path, not only at its end, so that its name constraints count.
    CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(identity.chain());
    X509Certificate authority = identity.chain().getLast();
    TrustAnchor anchor =
        new TrustAnchor(authority.getSubjectX500Principal(), authority.getPublicKey(), null);
    PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(NOW.plusSeconds(60)));
    CertPathValidator.getInstance("PKIX").validate(path, parameters);
  }
}
