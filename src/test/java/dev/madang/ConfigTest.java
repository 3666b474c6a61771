package dev.madang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
  @Test
  void theCommentedFileSaysTheDefaults() throws IOException {
    Config read = new ConfigReader().yaml(manual(), "madang.yml").read();
    assertThat(read).isEqualTo(Config.defaults());
  }

  @Test
  void theCommentedFileNamesEveryKey() throws IOException {
    String manual = manual();
    for (String key : new ConfigReader().keys()) {
      String name = key.substring(key.lastIndexOf('.') + 1);
      assertThat(manual).as(key).containsPattern("(?m)^\\s*(# )?" + name + ":");
    }
  }

  @Test
  void aFlagBeatsTheEnvironmentWhichBeatsTheFile() {
    ConfigReader reader = new ConfigReader().yaml("data: file", "madang.yml");
    assertThat(reader.read().data()).isEqualTo(Path.of("file"));
    reader.environment(Map.of("MADANG_DATA", "environment", "HOME", "/"));
    assertThat(reader.read().data()).isEqualTo(Path.of("environment"));
    reader.flag("data", "flag", "--data");
    assertThat(reader.read().data()).isEqualTo(Path.of("flag"));
    assertThat(reader.describe(reader.read(), true)).contains("data = flag   # --data");
  }

  @Test
  void whatIsSetIsToldBeforeHowManyHaveTheirDefaults(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("my.yml"), "http:\n  port: 8080\n");
    ConfigReader reader = new ConfigReader().file(file);
    Config config = reader.read();
    assertThat(reader.describe(config, false))
        .containsExactly(
            "# Read: " + file,
            "http.port = 8080   # " + file,
            "# " + (reader.keys().size() - 1) + " more have their defaults; --all shows them.");
    assertThat(reader.describe(config, true))
        .hasSize(reader.keys().size() + 1)
        .contains("udp.host = (none)   # default");
  }

  @Test
  void anUnknownKeyNamesTheNearest() {
    assertThatThrownBy(() -> new ConfigReader().yaml("dta: x", "my.yml"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("my.yml: there is no setting `dta`; did you mean `data`?");
    assertThatThrownBy(() -> new ConfigReader().environment(Map.of("MADANG_DAT", "x")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("MADANG_DATA");
    for (String[] wanted :
        List.of(a("ur", "url"), a("http.prot", "http.port"), a("port", "http.port"))) {
      assertThatThrownBy(() -> new ConfigReader().flag(wanted[0], "1", "--"))
          .isInstanceOf(ConfigException.class)
          .hasMessageEndingWith("did you mean `" + wanted[1] + "`?");
    }
    assertThatThrownBy(() -> new ConfigReader().environment(Map.of("MADANG_HTTPPORT", "1")))
        .hasMessageEndingWith("did you mean MADANG_HTTP_PORT?");
  }

  @Test
  void aKeyThatIsLikeNoneNamesNone() {
    for (String strange : List.of("foo", "cors", "x", "database.password")) {
      assertThatThrownBy(() -> new ConfigReader().flag(strange, "1", "--" + strange))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "--%s: there is no setting `%s`; `madang config check --all` names them all."
                  .formatted(strange, strange));
    }
    assertThatThrownBy(() -> new ConfigReader().environment(Map.of("MADANG_FOO", "1")))
        .hasMessage(
            "The environment variable MADANG_FOO sets nothing; `madang config check --all` names them"
                + " all.");
  }

  private static String[] a(String... words) {
    return words;
  }

  @Test
  void theServerAnswersToTheNameOfItsUrl() {
    ConfigReader reader = new ConfigReader().flag("http.hosts", "a.example,*.b.example", "--");
    assertThat(reader.read().hosts()).containsExactly("a.example", "*.b.example");
    reader.flag("url", "https://meet.example.org:8443", "--");
    assertThat(reader.read().hosts()).contains("meet.example.org");
    reader.flag("url", "http://my_box", "--");
    assertThat(reader.read().hosts()).contains("my_box");
    assertThatThrownBy(() -> reader.flag("url", "meet.example.org", "--").read())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("url is written like https://meet.example.org");
  }

  @Test
  void badFilesAreRefusedInOneSentence() {
    for (String bad : List.of("a: [", "- 1", "just text", "data: {a: 1}: 2")) {
      assertThatThrownBy(() -> new ConfigReader().yaml(bad, "my.yml").read())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("my.yml");
    }
  }

  private static String manual() throws IOException {
    try (var in = ConfigTest.class.getResourceAsStream("/madang.yml")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
