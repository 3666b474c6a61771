package dev.madang.protocol.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CredentialsTest {
  @Test
  void issuesWhatOtherServersOfTheSameSchemeIssue() {
    // printf '1800000000:ann' | openssl dgst -sha1 -hmac north -binary | base64
    Credentials.Issued issued = new Credentials("madang", "north", Map.of()).issue("ann", NOON);
    assertThat(issued.username()).isEqualTo("1800000000:ann");
    assertThat(issued.password()).isEqualTo(OPENSSL);
    assertThat(issued.toString()).doesNotContain(OPENSSL);
  }

  @Test
  void knowsTheHolderOfACredentialUntilItExpires() {
    Credentials credentials = new Credentials("madang", "north", Map.of());
    assertThat(credentials.account("1800000000:ann", NOON - 1).user()).isEqualTo("ann");
    assertThat(credentials.account("1800000000:a:n:n", NOON - 1).user()).isEqualTo("a:n:n");
    assertThat(credentials.account("1800000000", NOON - 1).user()).isEqualTo("1800000000");
    assertThat(credentials.account("1800000000:ann", NOON)).isNull();
  }

  @Test
  void knowsNobodyByAnUnreadableExpiry() {
    Credentials credentials = new Credentials("madang", "north", Map.of());
    for (String username :
        new String[] {
          "",
          ":",
          ":ann",
          "ann",
          "-1:ann",
          "+9999999999:ann",
          "٣٣٣٣٣٣٣٣٣٣:ann",
          "0x7fffffff:ann",
          "99999999999999999999:ann",
          "9999999999999:ann",
          " 1900000000:ann",
          "1900000000 :ann"
        }) {
      assertThat(credentials.account(username, NOON)).as(username).isNull();
    }
  }

  @Test
  void issuesNothingWithoutASecret() {
    Credentials users = new Credentials("madang", "", Map.of("ann", "secret"));
    assertThat(users.account("1900000000:ann", NOON)).isNull();
    assertThat(users.account("ann", NOON).user()).isEqualTo("ann");
    assertThat(users.account("bob", NOON)).isNull();
    assertThatThrownBy(() -> users.issue("ann", NOON)).isInstanceOf(IllegalStateException.class);
  }

  private static final long NOON = 1_800_000_000L;
  private static final String OPENSSL = "Sqiimhz6m4x0uPJBfx56aqeAS4E=";
}
