package dev.madang.protocol.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// What Jazzer feeds in `./madang fuzz`: payloads of polling, of both protocols.
class EngineIoTargets {
  @MethodSource("seeds")
  @FuzzTest
  void text(byte[] bytes) {
    for (int revision = 3; revision <= 4; revision++) {
      try {
        String body = new String(bytes, StandardCharsets.UTF_8);
        assertThat(Payload.readText(body, revision, 20)).hasSizeBetween(1, 20);
      } catch (ProtocolException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @FuzzTest
  void binary(byte[] bytes) {
    try {
      assertThat(Payload.readBinary(bytes, 20)).hasSizeBetween(1, 20);
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  static List<byte[]> seeds() {
    return Stream.of("4hello\u001e2\u001ebAQID", "6:4hello1:2", "10:b4AQIDBAUG")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }
}
