package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Bad inputs, class 68: origins that are missing, null, foreign, or look like ours.
class OriginsTest {
  private final Origins origins =
      new Origins(List.of("https://good.com", "https://*.wide.org", "http://dev.local:3000"));

  @Test
  void allowsAProgramThatIsNoPage() {
    assertThat(origins.allows(null, "meet.home", false)).isTrue();
  }

  @Test
  void refusesAPageThatHidesWhereItComesFrom() {
    assertThat(origins.allows("null", "meet.home", false)).isFalse();
    assertThat(origins.allows("", "meet.home", false)).isFalse();
    assertThat(origins.allows("file://", "meet.home", false)).isFalse();
    assertThat(origins.allows("null", "", false)).isFalse();
  }

  @Test
  void allowsThePagesItServedItself() {
    assertThat(origins.allows("http://meet.home:7700", "meet.home:7700", false)).isTrue();
    assertThat(origins.allows("https://Meet.Home", "meet.home:443", true)).isTrue();
    assertThat(origins.allows("http://192.168.0.7:7700", "192.168.0.7:7700", false)).isTrue();
    assertThat(origins.allows("http://meet.home:7701", "meet.home:7700", false)).isFalse();
  }

  @Test
  void allowsItsPagesBehindAProxyThatEndsTlsButNeverPlainPagesIntoTls() {
    assertThat(origins.allows("https://meet.home", "meet.home", false)).isTrue();
    assertThat(origins.allows("http://meet.home", "meet.home", true)).isFalse();
  }

  @Test
  void allowsForeignPagesByNameAlone() {
    assertThat(origins.allows("https://good.com", "meet.home", true)).isTrue();
    assertThat(origins.allows("https://good.com:443", "meet.home", true)).isTrue();
    assertThat(origins.allows("http://dev.local:3000", "meet.home", true)).isTrue();
    assertThat(origins.allows("https://a.b.wide.org", "meet.home", true)).isTrue();
  }

  @Test
  void isNotFooledByNamesThatEndOrBeginLikeAnAllowedOne() {
    for (String evil :
        List.of(
            "https://evilgood.com",
            "https://good.com.evil.net",
            "https://good.com:8443",
            "http://good.com",
            "https://good.com@evil.net",
            "https://evilwide.org",
            "https://wide.org",
            "https://.wide.org.evil.net",
            "https://evil.net/.wide.org/",
            "http://a.wide.org",
            "http://dev.local:30000",
            "http://dev.local")) {
      assertThat(origins.allows(evil, "meet.home", true)).as(evil).isFalse();
    }
  }

  @Test
  void aStarAllowsAllButConfigurationRubbishIsRefused() {
    assertThat(new Origins(List.of("*")).allows("https://any.where", "meet.home", true)).isTrue();
    assertThatThrownBy(() -> new Origins(List.of("good.com")))
        .hasMessageContaining("http.origins")
        .hasMessageContaining("https://app.example.com");
  }
}
