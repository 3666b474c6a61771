package dev.madang.server.http;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A certificate authority for this install alone, made at its first start: who trusts it once can
/// use camera and microphone from every machine of the network. Its key never leaves the data
/// folder and it can vouch for private addresses and this machine's names only, so that trusting it
/// gives nobody power over any other site.
///
/// Works with files: not for a loop.
final class LocalAuthority {
  private final Path folder;
  private final SecureRandom random = new SecureRandom();

  LocalAuthority(Path folder) {
    this.folder = folder;
  }

  /// An identity for these names and addresses: the one of last time if it still fits, else a new
  /// one.
  TlsIdentity identity(Set<String> names, Collection<InetAddress> addresses, Instant now) {
    try {
      Files.createDirectories(folder);
      TlsIdentity authority = authority(names, addresses, now);
      Set<String> wanted = subjects(names, addresses, authority.certificate());
      Path keyFile = folder.resolve("leaf.key");
      Path certificateFile = folder.resolve("leaf.crt");
      if (Files.exists(keyFile) && Files.exists(certificateFile)) {
        X509Certificate leaf = Pem.certificate(certificateFile);
        if (fits(leaf, authority.certificate(), wanted, now)) {
          return new TlsIdentity(Pem.key(keyFile), List.of(leaf, authority.certificate()));
        }
      }
      TlsIdentity fresh = issue(authority, wanted, now);
      Pem.write(keyFile, fresh.key());
      Pem.write(certificateFile, fresh.certificate());
      LOG.info("A certificate was issued for {}", String.join(", ", wanted));
      return fresh;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A new key and a certificate for it that `authority` signs, whatever the subjects.
  TlsIdentity issue(TlsIdentity authority, Set<String> subjects, Instant now)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    KeyPair pair = keyPair();
    X509Certificate leaf = leaf(pair, authority, subjects, now);
    return new TlsIdentity(pair.getPrivate(), List.of(leaf, authority.certificate()));
  }

  private TlsIdentity authority(Set<String> names, Collection<InetAddress> addresses, Instant now)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    Path keyFile = folder.resolve("ca.key");
    Path certificateFile = folder.resolve("ca.crt");
    if (Files.exists(keyFile) && Files.exists(certificateFile)) {
      X509Certificate certificate = Pem.certificate(certificateFile);
      if (certificate.getNotAfter().toInstant().isAfter(now.plus(LEAF_LIFE))) {
        return new TlsIdentity(Pem.key(keyFile), List.of(certificate));
      }
    }
    KeyPair pair = keyPair();
    String host = names.isEmpty() ? "this machine" : names.iterator().next();
    X500Name name =
        new X500NameBuilder()
            .addRDN(BCStyle.O, "Madang")
            .addRDN(BCStyle.CN, "Madang on " + host + ", " + now.toString().substring(0, 10))
            .build();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            serial(),
            Date.from(now.minus(SLACK)),
            Date.from(now.plus(CA_LIFE)),
            name,
            pair.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    builder.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    builder.addExtension(Extension.nameConstraints, true, constraints(names, addresses));
    X509Certificate certificate = sign(builder, pair.getPrivate());
    Pem.write(keyFile, pair.getPrivate());
    Pem.write(certificateFile, certificate);
    LOG.info("A certificate authority for this install was made in {}", folder);
    return new TlsIdentity(pair.getPrivate(), List.of(certificate));
  }

  private X509Certificate leaf(
      KeyPair pair, TlsIdentity authority, Set<String> subjects, Instant now)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    List<GeneralName> alternatives = new ArrayList<>();
    for (String each : subjects) {
      boolean address = NetUtil.createInetAddressFromIpAddressString(each) != null;
      alternatives.add(
          new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, each));
    }
    X509Certificate issuer = authority.certificate();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            serial(),
            Date.from(now.minus(SLACK)),
            Date.from(now.plus(LEAF_LIFE)),
            new X500NameBuilder().addRDN(BCStyle.CN, "Madang").build(),
            pair.getPublic());
    JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(
        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(pair.getPublic()));
    builder.addExtension(
        Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(issuer));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(alternatives.toArray(GeneralName[]::new)));
    return sign(builder, authority.key());
  }

  /// RFC 5280, 4.2.1.10: what is not under one of the permitted subtrees of its form is not valid,
  /// and the extension is critical.
  private static NameConstraints constraints(Set<String> names, Collection<InetAddress> addresses) {
    List<GeneralSubtree> permitted = new ArrayList<>();
    Set<String> domains = new TreeSet<>(names);
    domains.add("localhost");
    domains.add("local");
    for (String each : domains) {
      permitted.add(new GeneralSubtree(new GeneralName(GeneralName.dNSName, each)));
    }
    for (Network each : Network.PRIVATE) {
      permitted.add(subtree(each));
    }
    for (InetAddress each : addresses) {
      if (Network.PRIVATE.stream().noneMatch(network -> network.contains(each))) {
        permitted.add(subtree(new Network(each.getAddress(), each.getAddress().length * 8)));
      }
    }
    return new NameConstraints(permitted.toArray(GeneralSubtree[]::new), null);
  }

  private static GeneralSubtree subtree(Network network) {
    return new GeneralSubtree(
        new GeneralName(GeneralName.iPAddress, new DEROctetString(network.addressAndMask())));
  }

  /// The names and addresses that the authority may vouch for; what came up only after it was made
  /// may lie outside.
  private static Set<String> subjects(
      Set<String> names, Collection<InetAddress> addresses, X509Certificate authority) {
    byte[] extension = authority.getExtensionValue(Extension.nameConstraints.getId());
    NameConstraints constraints =
        NameConstraints.getInstance(DEROctetString.getInstance(extension).getOctets());
    Set<String> subjects = new TreeSet<>(Set.of("localhost", "127.0.0.1", "::1"));
    List<String> domains = new ArrayList<>();
    List<Network> networks = new ArrayList<>();
    for (GeneralSubtree each : constraints.getPermittedSubtrees()) {
      GeneralName base = each.getBase();
      if (base.getTagNo() == GeneralName.dNSName) {
        domains.add(base.getName().toString());
      } else {
        networks.add(Network.ofMask(DEROctetString.getInstance(base.getName()).getOctets()));
      }
    }
    for (String name : names) {
      if (domains.stream().anyMatch(each -> name.equals(each) || name.endsWith("." + each))) {
        subjects.add(name);
      }
    }
    for (InetAddress address : addresses) {
      if (networks.stream().anyMatch(each -> each.contains(address))) {
        subjects.add(NetUtil.toAddressString(address));
      }
    }
    return subjects;
  }

  private static boolean fits(
      X509Certificate leaf, X509Certificate authority, Set<String> wanted, Instant now)
      throws GeneralSecurityException {
    if (!leaf.getNotAfter().toInstant().isAfter(now.plus(RENEWAL))
        || !leaf.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
      return false;
    }
    leaf.verify(authority.getPublicKey());
    Set<String> have = new TreeSet<>();
    for (List<?> each : leaf.getSubjectAlternativeNames()) {
      String name = String.valueOf(each.get(1));
      InetAddress address = NetUtil.createInetAddressFromIpAddressString(name);
      have.add(address == null ? name : NetUtil.toAddressString(address));
    }
    return have.equals(wanted);
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
  }

  private KeyPair keyPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private BigInteger serial() {
    return new BigInteger(126, random).setBit(126);
  }

  private static final Logger LOG = LoggerFactory.getLogger(LocalAuthority.class);
  private static final Duration SLACK = Duration.ofHours(1);
  private static final Duration CA_LIFE = Duration.ofDays(3650);

  /// Browsers and phones refuse leaves that live longer than 398 or 825 days.
  private static final Duration LEAF_LIFE = Duration.ofDays(397);

  private static final Duration RENEWAL = Duration.ofDays(30);
}
