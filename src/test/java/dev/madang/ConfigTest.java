package dev.madang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

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
    assertThat(reader.describe(reader.read())).contains("data = flag   # --data");
  }

  @Test
  void anUnknownKeyNamesTheNearest() {
    assertThatThrownBy(() -> new ConfigReader().yaml("dta: x", "my.yml"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("my.yml: there is no setting `dta`; did you mean `data`?");
    assertThatThrownBy(() -> new ConfigReader().environment(Map.of("MADANG_DAT", "x")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("MADANG_DATA");
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
