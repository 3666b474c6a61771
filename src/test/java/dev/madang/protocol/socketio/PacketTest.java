package dev.madang.protocol.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.engineio.Message;
import dev.madang.protocol.socketio.PacketEncoder.Outgoing;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketTest {
  private final PacketEncoder encoder = new PacketEncoder();
  private final PacketDecoder decoder =
      new PacketDecoder(
          new PacketDecoder.Limits(new JsonReader(32, 1_000_000), 16_384, 10, 1000, 64),
          new PacketDecoder.Output() {
            @Override
            public boolean isIn(String namespace) {
              return !namespace.equals("/elsewhere");
            }

            @Override
            public boolean reads(String namespace, boolean event, long id, long size) {
              return !namespace.equals("/deaf") && !(namespace.equals("/slow") && size > 9);
            }
          });

  @Test
  void whatIsTooMuchForItsNamespaceIsNotRead() {
    assertThat(read("2/slow,[\"a\",12]")).isNotNull();
    assertThat(read("2/slow,[\"a\",broken")).isNull();
    assertThat(read("3/slow,7[\"a\",broken")).isNull();
    assertThat(read("60-/slow,7[\"a\",broken")).isNull();
    assertThat(read("51-/slow,[\"a\"]")).isNull();
    assertThat(decoder.binary(new byte[9])).isNull();
  }

  @Test
  void anEventThatNobodyHearsIsNotRead() {
    assertThat(read("2/deaf,[broken")).isNull();
    assertThat(read("51-/deaf,[broken")).isNull();
    assertThat(decoder.binary(new byte[3])).isNull();
    assertThat(read("2/chat,[\"hello\"]"))
        .isEqualTo(new Packet.Event("/chat", -1, "hello", List.of()));
  }

  @Test
  void whatAConnectBringsIsShortAndOfFewParts() {
    String token = "x".repeat(16_000);
    assertThat(read("0{\"token\":\"" + token + "\"}"))
        .isEqualTo(new Packet.Connect("/", Map.of("token", token)));
    assertThatThrownBy(() -> read("0{\"token\":\"" + token + token + "\"}"))
        .isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> read("0{\"a\":[" + "{},".repeat(300) + "{}]}"))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void readsAnEvent() {
    assertThat(read("2[\"message\",1,\"2\",{\"3\":[true]}]"))
        .isEqualTo(
            new Packet.Event("/", -1, "message", List.of(1, "2", Map.of("3", List.of(true)))));
    assertThat(read("2/chat,17[\"hello\"]"))
        .isEqualTo(new Packet.Event("/chat", 17, "hello", List.of()));
    assertThat(read("2/chat?a=1,0[\"hello\"]"))
        .isEqualTo(new Packet.Event("/chat?a=1", 0, "hello", List.of()));
  }

  @Test
  void readsTheOtherPackets() {
    assertThat(read("0")).isEqualTo(new Packet.Connect("/", Map.of()));
    assertThat(read("0{\"token\":\"x\"}")).isEqualTo(new Packet.Connect("/", Map.of("token", "x")));
    assertThat(read("0/a,{}")).isEqualTo(new Packet.Connect("/a", Map.of()));
    assertThat(read("0/a")).isEqualTo(new Packet.Connect("/a", Map.of()));
    assertThat(read("1/a,")).isEqualTo(new Packet.Disconnect("/a"));
    assertThat(read("312[\"x\"]")).isEqualTo(new Packet.Ack("/", 12, List.of("x")));
    assertThat(read("4{}")).isEqualTo(new Packet.ConnectError("/"));
  }

  @Test
  void putsAttachmentsInTheirPlaces() {
    assertThat(
            read(
                "52-/a,3[\"f\",{\"x\":{\"_placeholder\":true,\"num\":1}},"
                    + "[{\"_placeholder\":true,\"num\":0}]]"))
        .isNull();
    assertThat(decoder.binary(new byte[] {1})).isNull();
    Packet.Event event = (Packet.Event) decoder.binary(new byte[] {2});
    assertThat(event.id()).isEqualTo(3);
    assertThat(((Map<?, ?>) event.args().get(0)).get("x")).isEqualTo(new byte[] {2});
    assertThat(((List<?>) event.args().get(1)).getFirst()).isEqualTo(new byte[] {1});
    assertThat(read("50-[\"none\"]")).isEqualTo(new Packet.Event("/", -1, "none", List.of()));
  }

  @Test
  void readsNumbersAsJavaScriptDoes() {
    Packet.Event event =
        (Packet.Event) read("2[\"n\",1,-0.5,3000000000,1e3,123456789012345678901]");
    assertThat(event.args())
        .containsExactly(1, -0.5, 3_000_000_000L, 1000.0, 1.2345678901234568E+20);
  }

  @Test
  void protoIsAKeyLikeAnyOther() {
    Packet.Event event =
        (Packet.Event) read("2[\"x\",{\"__proto__\":{\"admin\":true},\"constructor\":1}]");
    assertThat(event.args().getFirst())
        .isEqualTo(Map.of("__proto__", Map.of("admin", true), "constructor", 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc",
        "7",
        "-1",
        "٢[\"x\"]",
        "2",
        "2{}",
        "2[",
        "2[]",
        "2[1]",
        "2[null]",
        "2[{}]",
        "2[[\"x\"]]",
        "2\"x\"",
        "2[\"x\"]y",
        "2[\"x\"][\"y\"]",
        "2abc[\"x\"]",
        "2-1[\"x\"]",
        "2[\"x\",NaN]",
        "2['x']",
        "2[\"x\",]",
        "2[\"x\",01]",
        "2[\"x\\ud8\"]",
        "0\"x\"",
        "0[]",
        "0null",
        "1{}",
        "3[1]",
        "31{}",
        "31",
        "3/a,[]"
      })
  void refusesWhatIsNoPacket(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener"
      })
  void refusesReservedNames(String name) {
    assertThatThrownBy(() -> read("2[\"" + name + "\"]")).isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5-1-[\"x\"]",
        "599999999999-[\"x\"]",
        "5٣-[\"x\"]",
        "511-[\"x\"]",
        "5[\"x\"]",
        "51[\"x\"]",
        "5-[\"x\"]",
        "51.5-[\"x\"]",
        "5 1-[\"x\"]",
        "51"
      })
  void refusesIllegalCountsOfAttachments(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1", "\"0\"", "2147483648", "0.0", "null", "[]"})
  void refusesPlaceholdersThatPointNowhere(String num) {
    read("51-[\"x\",{\"_placeholder\":true,\"num\":" + num + "}]");
    assertThatThrownBy(() -> decoder.binary(new byte[1])).isInstanceOf(ProtocolException.class);
  }

  @Test
  void aPlaceholderInATextPacketIsJustAnObject() {
    Packet.Event event = (Packet.Event) read("2[\"x\",{\"_placeholder\":true,\"num\":0}]");
    assertThat(event.args().getFirst()).isEqualTo(Map.of("_placeholder", true, "num", 0));
  }

  @Test
  void refusesTextWhereAnAttachmentIsDueAndAttachmentsOfNothing() {
    assertThatThrownBy(() -> decoder.binary(new byte[1])).isInstanceOf(ProtocolException.class);
    read("51-[\"x\",{\"_placeholder\":true,\"num\":0}]");
    assertThatThrownBy(() -> read("2[\"y\"]")).isInstanceOf(ProtocolException.class);
  }

  @Test
  void refusesAttachmentsThatAreTooLargeTogether() {
    read("52-[\"x\"]");
    decoder.binary(new byte[600]);
    assertThatThrownBy(() -> decoder.binary(new byte[600])).isInstanceOf(ProtocolException.class);
  }

  @Test
  void keepsTheTextUnreadAndTheAttachmentsUntilAllHaveCome() {
    read("52-[\"x\",{\"_placeholder\":true,\"num\":0}]");
    assertThat(decoder.pending()).isEqualTo(35);
    decoder.binary(new byte[100]);
    assertThat(decoder.pending()).isEqualTo(135);
    decoder.binary(new byte[1]);
    assertThat(decoder.pending()).isZero();
    read("51-[broken");
    assertThatThrownBy(() -> decoder.binary(new byte[1])).hasMessage("broken JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2/elsewhere,", "3/elsewhere,1", "51-/elsewhere,", "4/elsewhere,"})
  void refusesAPacketForANamespaceOneIsNotInByItsHeadAlone(String head) {
    assertThatThrownBy(() -> read(head + "[broken")).hasMessage("not in this namespace");
    assertThat(decoder.pending()).isZero();
    assertThat(read("0/elsewhere,{}")).isEqualTo(new Packet.Connect("/elsewhere", Map.of()));
  }

  @Test
  void refusesDeepNestingWithoutDiggingItself() {
    String deep = "[".repeat(100_000);
    assertThatThrownBy(() -> read("2[\"x\"," + deep)).isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> read("0" + "{\"a\":".repeat(100_000)))
        .isInstanceOf(ProtocolException.class);
    String allowed = "2[\"x\"," + "[".repeat(31) + "]".repeat(31) + "]";
    assertThat(read(allowed)).isNotNull();
  }

  @Test
  void refusesAckIdsThatNoClientCounts() {
    assertThat(read("2999999999999999[\"x\"]")).isNotNull();
    assertThatThrownBy(() -> read("218446744073709551616[\"x\"]"))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void refusesANamespaceThatIsTooLong() {
    assertThatThrownBy(() -> read("0/" + "n".repeat(1_000_000)))
        .isInstanceOf(ProtocolException.class);
  }

  // ---- writing
  // ------------------------------------------------------------------------------------

  @Test
  void writesPacketsAsTheOfficialEncoderDoes() {
    assertThat(text(encoder.event("/", -1, "message-back", List.of(1, "2"), false, null)))
        .isEqualTo("42[\"message-back\",1,\"2\"]");
    assertThat(text(encoder.event("/custom", 30, "x", List.of(), false, null)))
        .isEqualTo("42/custom,30[\"x\"]");
    assertThat(text(encoder.ack("/", 456, List.of(1, Map.of("3", List.of(false))))))
        .isEqualTo("43456[1,{\"3\":[false]}]");
    assertThat(text(encoder.connect("/", "abc", null))).isEqualTo("40{\"sid\":\"abc\"}");
    assertThat(text(encoder.connect("/a", "abc", "def")))
        .isEqualTo("40/a,{\"sid\":\"abc\",\"pid\":\"def\"}");
    assertThat(text(encoder.connect("/a"))).isEqualTo("40/a,");
    assertThat(text(encoder.disconnect("/"))).isEqualTo("41");
    assertThat(text(encoder.refuse("/random", Map.of("message", "Invalid namespace"))))
        .isEqualTo("44/random,{\"message\":\"Invalid namespace\"}");
  }

  @Test
  void writesBinaryValuesAsAttachments() {
    Outgoing packet =
        encoder.event(
            "/",
            7,
            "x",
            List.of(new byte[] {1}, Map.of("deep", List.of(new byte[] {2}))),
            false,
            null);
    assertThat(text(packet))
        .isEqualTo(
            "452-7[\"x\",{\"_placeholder\":true,\"num\":0},"
                + "{\"deep\":[{\"_placeholder\":true,\"num\":1}]}]");
    assertThat(packet.attachments())
        .extracting(Message::bytes)
        .containsExactly(new byte[] {1}, new byte[] {2});
    assertThat(text(encoder.ack("/b", 0, List.of(new byte[0]))))
        .isEqualTo("461-/b,0[{\"_placeholder\":true,\"num\":0}]");
  }

  @ParameterizedTest
  @CsvSource({"1.0,1", "0.1,0.1", "-3.0,-3", "NaN,null", "Infinity,null", "1e21,1.0E21"})
  void writesNumbersThatJavaScriptReads(double number, String written) {
    assertThat(text(encoder.ack("/", 1, List.of(number)))).isEqualTo("431[" + written + "]");
  }

  @Test
  void writesEveryCharacterSoThatItComesBack() {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c < 0x1_0000; c += c < 0x300 ? 1 : 97) {
      if (c < 0xD800 || c > 0xDFFF) {
        all.append((char) c);
      }
    }
    all.append("😀\"\\/\b\f\n\r\t");
    Packet.Ack ack =
        (Packet.Ack) read(text(encoder.ack("/", 1, List.of(all.toString()))).substring(1));
    assertThat(ack.args()).containsExactly(all.toString());
  }

  @Test
  void writesHalfACharacterAsAnEscape() {
    assertThat(text(encoder.ack("/", 1, List.of("a\ud83d", "\ude00b"))))
        .isEqualTo("431[\"a\\ud83d\",\"\\ude00b\"]");
  }

  @Test
  void writesLongAcksAndLargePackets() {
    assertThat(text(encoder.ack("/", 999_999_999_999_999L, List.of())))
        .isEqualTo("43999999999999999[]");
    String large = "x".repeat(300_000);
    assertThat(text(encoder.ack("/", 1, List.of(large)))).hasSize(300_000 + 7);
    assertThat(text(encoder.ack("/", 1, List.of(10_000, 9_999, 0)))).isEqualTo("431[10000,9999,0]");
  }

  @Test
  void refusesValuesThatAreNoJson() {
    assertThatThrownBy(() -> encoder.ack("/", 1, List.of(new Object())))
        .isInstanceOf(IllegalArgumentException.class);
    List<Object> circle = new ArrayList<>();
    circle.add(circle);
    assertThatThrownBy(() -> encoder.ack("/", 1, circle))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(text(encoder.ack("/", 1, List.of("fine")))).isEqualTo("431[\"fine\"]");
  }

  @Test
  void writesNullsAndKeepsTheOrderOfKeys() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("z", null);
    map.put("a", 1);
    assertThat(text(encoder.ack("/", 1, Arrays.asList(null, map))))
        .isEqualTo("431[null,{\"z\":null,\"a\":1}]");
  }

  private Packet read(String text) {
    return decoder.text(text, 0);
  }

  private static String text(Outgoing packet) {
    return new String(packet.head().bytes(), StandardCharsets.UTF_8);
  }
}
