package dev.madang.protocol.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// What Jazzer feeds in `./madang fuzz`: packets, each line another one or, behind a `=`, an
/// attachment.
class SocketIoTargets {
  private static final PacketDecoder.Output EVERYWHERE =
      new PacketDecoder.Output() {
        @Override
        public boolean isIn(String namespace) {
          return true;
        }

        @Override
        public boolean reads(String namespace, boolean event, long id, long size) {
          return true;
        }
      };

  @MethodSource("seeds")
  @FuzzTest
  void packets(byte[] bytes) {
    PacketDecoder decoder =
        new PacketDecoder(
            new PacketDecoder.Limits(new JsonReader(16, 10_000), 1000, 10, 1000, 64), EVERYWHERE);
    try {
      for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", 20)) {
        if (line.startsWith("=")) {
          decoder.binary(line.getBytes(StandardCharsets.UTF_8));
        } else {
          decoder.text(line, 0);
        }
      }
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  static List<byte[]> seeds() {
    return Stream.of(
            "0/yard,{\"a\":[1,null,\"\\u00e9\"]}",
            "2/yard,17[\"say\",{\"x\":1.5e3}]",
            "51-3[\"file\",{\"_placeholder\":true,\"num\":0}]\n=abc",
            "43[true]")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }
}
