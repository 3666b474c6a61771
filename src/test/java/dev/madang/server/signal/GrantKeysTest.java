package dev.madang.server.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.room.SignalMessage.Permissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrantKeysTest {
  @TempDir private Path data;

  @Test
  void anInstallMakesItsOwnKeyOnceAndKeepsItToItself() throws IOException {
    Grants first = GrantKeys.grants(Map.of(), data.resolve("new"));
    Path file = data.resolve("new/grants.key");
    Grants second = GrantKeys.grants(Map.of(), data.resolve("new"));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(second.check(token(first), "a", NOW)).isInstanceOf(Grants.Checked.Good.class);
    try (var files = Files.list(data.resolve("new"))) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void anotherInstallHasAnotherKey() {
    Grants one = GrantKeys.grants(Map.of(), data.resolve("one"));
    Grants two = GrantKeys.grants(Map.of(), data.resolve("two"));

    assertThat(two.check(token(one), "a", NOW)).isInstanceOf(Grants.Checked.Bad.class);
  }

  @Test
  void configuredKeysNeedNoFile() throws IOException {
    GrantKeys.grants(Map.of("a", "0123456789abcdef0123456789abcdef"), data);

    try (var files = Files.list(data)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aSpoiledKeyFileIsNamedInOneSentence() throws IOException {
    for (String spoiled : List.of("", "short\n")) {
      Files.writeString(data.resolve("grants.key"), spoiled);
      assertThatThrownBy(() -> GrantKeys.grants(Map.of(), data))
          .hasMessageContaining("grants.key")
          .hasMessageContaining("remove it");
    }
  }

  private static String token(Grants grants) {
    return grants.issue(
        new Grants.Wish(
            "a",
            null,
            null,
            new Permissions(true, true, true, false),
            "1",
            null,
            NOW.plusSeconds(60)));
  }

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
}
