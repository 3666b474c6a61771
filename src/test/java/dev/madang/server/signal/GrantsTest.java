package dev.madang.server.signal;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.madang.room.Grant;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.Permissions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Class 73 of the list of bad inputs, and what a good token allows.
class GrantsTest {
  private final Grants grants = new Grants(Map.of("main", SECRET));

  @Test
  void letsInWhomItWasMadeOutTo() {
    String token =
        grants.issue(
            new Grants.Wish(
                "standup",
                "ann@example.org",
                "Ann",
                new Permissions(true, true, true, true),
                "t1",
                NOW,
                LATER));

    assertThat(grants.check(token, "StandUp", NOW))
        .isEqualTo(
            new Grants.Checked.Good(
                new Grant(
                    "jti t1",
                    "ann@example.org",
                    "Ann",
                    new Permissions(true, true, true, true),
                    LATER.toEpochMilli(),
                    false)));
  }

  @Test
  void withoutWordsItAllowsEverythingButModerating() throws JOSEException {
    assertThat(good(signed(claims -> claims)).can())
        .isEqualTo(new Permissions(true, true, true, false));
    assertThat(good(signed(claims -> claims.claim("can", List.of()))).can())
        .isEqualTo(new Permissions(false, false, false, false));
  }

  /// Class 76: there is no such right, so nobody has it.
  @Test
  void wordsNobodyKnowsGrantNothing() throws JOSEException {
    Grant grant =
        good(
            signed(claims ->
                claims
                    .claim("can", List.of("subscribe", "hidden", "recorder", "admin", "MODERATE"))
                    .claim("hidden", true)
                    .claim("moderate", true)
                    .claim("role", "host")));

    assertThat(grant.can()).isEqualTo(new Permissions(false, true, false, false));
  }

  @ParameterizedTest
  @CsvSource({
    "standup, standup, true",
    "standup, STANDUP, true",
    "standup, standup2, false",
    "team-*, team-blue, true",
    "team-*, other, false",
    "*, anything, true",
    "a*z, abcz, true",
    "a.c, abc, false",
    "회의-*, 회의-3, true"
  })
  void aRoomIsNamedWholeOrByAPattern(String pattern, String room, boolean fits)
      throws JOSEException {
    String token = signed(claims -> claims.claim("room", pattern));

    assertThat(grants.check(token, room, NOW) instanceof Grants.Checked.Good).isEqualTo(fits);
    if (!fits) {
      assertThat(grants.check(token, room, NOW)).isEqualTo(bad(Refusal.WRONG_ROOM));
    }
  }

  @Test
  void manyStarsAreNoPattern() throws JOSEException {
    String token = signed(claims -> claims.claim("room", "*a".repeat(30)));

    assertThat(grants.check(token, "a".repeat(64), NOW)).isEqualTo(bad(Refusal.WRONG_ROOM));
  }

  @Test
  void anExpiredTokenIsKnownAsExpired() throws JOSEException {
    String token = signed(claims -> claims);

    assertThat(((Grants.Checked.Good) grants.check(token, "standup", LATER.plusSeconds(6))).grant())
        .extracting(Grant::expired)
        .isEqualTo(true);
    assertThat(good(token).expired()).isFalse();
  }

  @Test
  void aTokenForLaterIsTooEarly() throws JOSEException {
    String token = signed(claims -> claims.notBeforeTime(Date.from(NOW.plusSeconds(60))));

    assertThat(grants.check(token, "standup", NOW)).isEqualTo(bad(Refusal.EARLY_TOKEN));
    assertThat(grants.check(token, "standup", NOW.plusSeconds(61)))
        .isInstanceOf(Grants.Checked.Good.class);
  }

  @Test
  void withoutAnEndOrARoomItIsNone() throws JOSEException {
    assertBad(signed(claims -> claims.expirationTime(null)));
    assertBad(signed(claims -> claims.claim("room", null)));
    assertBad(signed(claims -> claims.claim("room", List.of("standup"))));
    assertBad(signed(claims -> claims.claim("exp", "tomorrow")));
    assertBad(signed(claims -> claims.claim("can", "publish")));
    assertBad(signed(claims -> claims.claim("name", 7)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"~ann", "", "a\u0000b", "a\nb", "a\u202eb", "ann\u200b", "\u2066ann", " "})
  void identitiesThatCouldBeATabsOrSpoilALogAreRefused(String identity) throws JOSEException {
    assertBad(signed(claims -> claims.subject(identity)));
  }

  @Test
  void unsignedTokensAreRefused() throws JOSEException {
    String[] parts = signed(claims -> claims).split("\\.");
    for (String algorithm : List.of("none", "None", "NONE", "nOnE")) {
      String header = encoded("{\"alg\":\"" + algorithm + "\"}");
      assertBad(header + "." + parts[1] + ".");
      assertBad(header + "." + parts[1]);
      assertBad(header + "." + parts[1] + "." + parts[2]);
    }
    assertBad(parts[0] + "." + parts[1] + ".");
    assertBad(parts[0] + "." + parts[1] + "." + encoded("guess"));
  }

  @Test
  void aTokenSignedByAnyOtherAlgorithmIsRefused() throws Exception {
    var pair = KeyPairGenerator.getInstance("RSA");
    pair.initialize(2048);
    var rsa = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims());
    rsa.sign(new RSASSASigner(pair.generateKeyPair().getPrivate()));
    assertBad(rsa.serialize());
    for (JWSAlgorithm other : List.of(JWSAlgorithm.HS384, JWSAlgorithm.HS512)) {
      var jwt = new SignedJWT(new JWSHeader(other), claims());
      jwt.sign(new MACSigner("x".repeat(64)));
      assertBad(jwt.serialize());
    }
    var long512 = new Grants(Map.of("main", "x".repeat(64).getBytes(StandardCharsets.UTF_8)));
    var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS512), claims());
    jwt.sign(new MACSigner("x".repeat(64)));
    assertThat(long512.check(jwt.serialize(), "standup", NOW)).isEqualTo(bad(Refusal.BAD_TOKEN));
  }

  @Test
  void aTokenSignedByAnotherKeyIsRefused() throws JOSEException {
    var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims());
    jwt.sign(new MACSigner("another secret of thirty-two chars"));

    assertBad(jwt.serialize());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "other",
        "",
        "../../../dev/null",
        "/dev/null",
        "main' OR '1'='1",
        "main\u0000",
        "MAIN",
        "http://example.org/key"
      })
  void aKeyIdIsAWordAndNothingElse(String id) throws JOSEException {
    assertBad(signed(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(id).build(), claims()));
  }

  @Test
  void keysThatTheTokenBringsOrPointsToAreNotUsed() throws JOSEException {
    URI elsewhere = URI.create("http://127.0.0.1:1/keys");
    for (JWSHeader header :
        List.of(
            new JWSHeader.Builder(JWSAlgorithm.HS256).jwkURL(elsewhere).build(),
            new JWSHeader.Builder(JWSAlgorithm.HS256).x509CertURL(elsewhere).build(),
            new JWSHeader.Builder(JWSAlgorithm.HS256).criticalParams(Set.of("exp")).build())) {
      assertBad(signed(header, claims()));
    }
    String brought =
        "{\"alg\":\"HS256\",\"jwk\":"
            + new OctetSequenceKey.Builder(SECRET).build().toJSONString()
            + "}";
    String[] parts = signed(claims -> claims).split("\\.");
    assertBad(encoded(brought) + "." + parts[1] + "." + parts[2]);
  }

  @Test
  void severalKeysAreGoodAtOnceAndTheFirstSigns() {
    var secrets = new java.util.LinkedHashMap<String, byte[]>();
    secrets.put("new", "the new secret, thirty-two bytes!".getBytes(StandardCharsets.UTF_8));
    secrets.put("main", SECRET);
    Grants both = new Grants(secrets);
    var wish =
        new Grants.Wish(
            "a", null, null, new Permissions(true, true, true, false), "1", null, LATER);

    assertThat(both.check(grants.issue(wish), "a", NOW)).isInstanceOf(Grants.Checked.Good.class);
    assertThat(grants.check(both.issue(wish), "a", NOW)).isEqualTo(bad(Refusal.BAD_TOKEN));
  }

  @Test
  void aTokenWithoutKeyIdMayBeByAnyOfOurKeys() throws JOSEException {
    assertThat(grants.check(signed(new JWSHeader(JWSAlgorithm.HS256), claims()), "standup", NOW))
        .isInstanceOf(Grants.Checked.Good.class);
  }

  /// Class 79: signatures are compared by the library, which does it in constant time; here nothing
  /// else compares bytes.
  @Test
  void signaturesAreComparedInConstantTime() {
    var here = new ClassFileImporter().importPackages("dev.madang.server.signal");

    noClasses().should().callMethod(Arrays.class, "equals", byte[].class, byte[].class).check(here);
    classes()
        .that()
        .haveFullyQualifiedName(Grants.class.getName())
        .should()
        .callMethod(SignedJWT.class, "verify", JWSVerifier.class)
        .check(here);
  }

  @Test
  void emptyAndShortSecretsAreNotTaken() {
    assertThatThrownBy(() -> new Grants(Map.of("main", new byte[0])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Grants(Map.of("main", new byte[31])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            new SignalDoor.Config(
                false,
                Map.of("main", "short"),
                SignalDoor.Config.defaults().joins(),
                SignalDoor.Config.defaults().pingInterval(),
                SignalDoor.Config.defaults().pingTimeout(),
                SignalDoor.Config.defaults().kept(),
                SignalDoor.Config.defaults().limits()))
        .hasMessageContaining("32")
        .hasMessageNotContaining("short");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "e30.e30.",
        "{}",
        "[]",
        "null",
        "\u0000",
        "Bearer x"
      })
  void rubbishIsNoToken(String rubbish) {
    assertBad(rubbish);
  }

  @Test
  void hugeAndDeepTokensAreRefusedQuickly() throws JOSEException {
    String[] parts = signed(claims -> claims).split("\\.");
    assertBad("x".repeat(1_000_000));
    assertBad(encoded("[".repeat(100_000)) + ".e30.e30");
    assertBad(encoded("{\"alg\":\"HS256\",\"a\":" + "[".repeat(10_000)) + ".e30.e30");
    assertBad(parts[0] + "." + encoded("{\"a\":".repeat(10_000)) + "." + parts[2]);
  }

  @Test
  void aTokenIsNamedByItsOwnNameOrByWhatItIs() throws JOSEException {
    assertThat(good(signed(claims -> claims.jwtID("seven"))).id()).isEqualTo("jti seven");
    assertThat(good(signed(claims -> claims)).id()).startsWith("hash ");
  }

  @Test
  void anInvitationIsALinkWhoseTokenNoServerSees() {
    URI link =
        URI.create(
            Invitation.to("회의")
                .forPerson("ann")
                .named("Ann")
                .lasting(Duration.ofHours(2))
                .link(URI.create("https://meet.example.org"), grants, NOW));

    assertThat(link.getPath()).isEqualTo("/r/회의");
    assertThat(link.getQuery()).isNull();
    assertThat(link.getFragment()).startsWith("token=");
    Grant grant = good(link.getFragment().substring("token=".length()), "회의");
    assertThat(grant.identity()).isEqualTo("ann");
    assertThat(grant.name()).isEqualTo("Ann");
    assertThat(grant.can().moderate()).isFalse();
  }

  @Test
  void invitationsThatCouldNotWorkAreNotMade() {
    assertThatThrownBy(() -> Invitation.to("../x")).hasMessageContaining("room's name");
    assertThatThrownBy(() -> Invitation.to("a").forPerson("~x")).hasMessageContaining("identity");
    assertThatThrownBy(() -> Invitation.to("a").forPerson("a\u202e"))
        .hasMessageContaining("identity");
    assertThatThrownBy(() -> Invitation.to("a").named(" ")).hasMessageContaining("name");
    assertThatThrownBy(() -> Invitation.to("a").lasting(Duration.ZERO))
        .hasMessageContaining("last");
  }

  private Grant good(String token) {
    return good(token, "standup");
  }

  private Grant good(String token, String room) {
    assertThat(grants.check(token, room, NOW)).isInstanceOf(Grants.Checked.Good.class);
    return ((Grants.Checked.Good) grants.check(token, room, NOW)).grant();
  }

  private void assertBad(String token) {
    assertThat(grants.check(token, "standup", NOW)).isEqualTo(bad(Refusal.BAD_TOKEN));
  }

  private static Grants.Checked bad(Refusal why) {
    return new Grants.Checked.Bad(why);
  }

  private static String encoded(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String signed(UnaryOperator<JWTClaimsSet.Builder> change) throws JOSEException {
    var builder =
        new JWTClaimsSet.Builder().claim("room", "standup").expirationTime(Date.from(LATER));
    return signed(
        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("main").build(),
        change.apply(builder).build());
  }

  private static JWTClaimsSet claims() {
    return new JWTClaimsSet.Builder()
        .claim("room", "standup")
        .expirationTime(Date.from(LATER))
        .build();
  }

  private static String signed(JWSHeader header, JWTClaimsSet claims) throws JOSEException {
    var jwt = new SignedJWT(header, claims);
    jwt.sign(new MACSigner(SECRET));
    return jwt.serialize();
  }

  private static final byte[] SECRET =
      "a secret of at least thirty-two bytes".getBytes(StandardCharsets.UTF_8);
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(3600);
}
