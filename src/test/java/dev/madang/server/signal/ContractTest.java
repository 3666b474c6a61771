package dev.madang.server.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ContractTest {
  @Test
  void typeScriptTypesAreThoseOfTheRecords() throws IOException {
    assertWritten(Path.of("web/sdk/src/signal.ts"), TypeScript.write());
  }

  @Test
  void jsonSchemaIsThatOfTheRecords() throws IOException {
    assertWritten(Path.of("docs/signal.schema.json"), JsonSchema.write());
  }

  private static void assertWritten(Path file, String text) throws IOException {
    if (Boolean.getBoolean("madang.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
    assertThat(file).as("rewrite it with -Dmadang.update=true").content().isEqualTo(text);
  }
}
