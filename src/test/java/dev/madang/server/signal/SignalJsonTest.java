package dev.madang.server.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Candidate;
import dev.madang.room.SignalMessage.ChatMessage;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.FileOffer;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.Leave;
import dev.madang.room.SignalMessage.MuteAsked;
import dev.madang.room.SignalMessage.Negotiate;
import dev.madang.room.SignalMessage.Publish;
import dev.madang.room.SignalMessage.Refused;
import dev.madang.room.SignalMessage.Said;
import dev.madang.room.SignalMessage.Say;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.TrackInfo;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignalJsonTest {
  @Test
  void readsAMessageWithListsWordsAndNumbers() {
    var fields =
        Map.of(
            "tracks",
            List.of(Map.of("id", "s", "source", "screenAudio", "muted", true, "colour", "red")));

    assertThat(SignalJson.read("publish", fields))
        .isEqualTo(new Publish(List.of(new TrackInfo("s", Source.SCREEN_AUDIO, true))));
  }

  @Test
  void readsAMessageWithinAMessage() {
    var fields =
        Map.of(
            "to",
            "b",
            "instance",
            "1",
            "candidate",
            Map.of("candidate", "candidate:1", "sdpMid", "0", "sdpMLineIndex", 0.0));

    assertThat(SignalJson.read("negotiate", fields))
        .isEqualTo(new Negotiate("b", "1", null, new Candidate("candidate:1", "0", 0, null)));
  }

  @Test
  void whatIsAbsentOrNullIsNull() {
    var fields = new HashMap<String, Object>(Map.of("id", "1", "text", "hi"));
    fields.put("to", null);

    assertThat(SignalJson.read("say", fields)).isEqualTo(new Say("1", "hi", null, null));
  }

  @Test
  void aMessageWithoutFieldsNeedsNoArgument() {
    assertThat(SignalJson.read("leave", null)).isEqualTo(new Leave());
    assertThat(SignalJson.read("leave", Map.of())).isEqualTo(new Leave());
  }

  @Test
  void saysWhichFieldIsWrong() {
    assertThat(refused("say", Map.of("id", "1")).message()).contains("`say.text` is missing");
    assertThat(refused("say", Map.of("id", 1, "text", "x")).message()).contains("`say.id`");
    assertThat(refused("say", "hello").message()).contains("`say` has to be an object");
    assertThat(refused("raiseHand", Map.of("raised", "yes")).message()).contains("true or false");
    assertThat(refused("publish", Map.of("tracks", Map.of())).message()).contains("a list");
    assertThat(refused("publish", Map.of("tracks", Collections.singletonList(null))).message())
        .contains("null");
    assertThat(refused("mute", Map.of("source", "MICROPHONE")).message()).contains("known words");
    assertThat(refused("say", say("offer", Map.of("file", file(-1)))).message())
        .contains("`say.file.size`");
    assertThat(refused("say", say("offer", Map.of("file", file(1.5)))).message())
        .contains("`say.file.size`");
    assertThat(refused("say", say("offer", Map.of("file", file(Double.NaN)))).message())
        .contains("`say.file.size`");
  }

  @Test
  void saysWhichFieldIsTooLong() {
    assertThat(refused("say", say("x".repeat(4001), Map.of())).code()).isEqualTo(Refusal.TOO_LONG);
    assertThat(refused("rename", Map.of("name", "x".repeat(65))).message())
        .contains("`rename.name`, 64 characters");
    assertThat(refused("publish", Map.of("tracks", Collections.nCopies(17, Map.of()))).code())
        .isEqualTo(Refusal.TOO_LONG);
    assertThat(refused("rename", Map.of("name", "")).code()).isEqualTo(Refusal.BAD_MESSAGE);
  }

  @Test
  void countsCharactersAsPeopleDo() {
    assertThat(SignalJson.read("say", say("😀".repeat(4000), Map.of()))).isInstanceOf(Say.class);
  }

  @Test
  void unknownMessagesAreRefusedAndNeverSaidBack() {
    Refused refused = refused("<script>", Map.of());

    assertThat(refused.code()).isEqualTo(Refusal.UNKNOWN_MESSAGE);
    assertThat(refused.message()).doesNotContain("script");
    assertThat(refused("joined", Map.of()).code()).isEqualTo(Refusal.UNKNOWN_MESSAGE);
  }

  @Test
  void writesWhatIsThereAndLeavesOutWhatIsNull() {
    var message = new ChatMessage("1", "a", "Ann", "hi", 7, null, null);

    assertThat(SignalJson.write((FromServer) new Said(message)))
        .isEqualTo(
            Map.of(
                "message", Map.of("id", "1", "from", "a", "name", "Ann", "text", "hi", "at", 7L)));
    assertThat(SignalJson.write((FromServer) new MuteAsked("a", Source.SCREEN_AUDIO)))
        .isEqualTo(Map.of("by", "a", "source", "screenAudio"));
  }

  @Test
  void anAnswerSaysItsType() {
    assertThat(SignalJson.write((Answer) new Done())).isEqualTo(Map.of("type", "done"));
    assertThat(SignalJson.write((Answer) Refusal.ROOM_FULL.refused(4)))
        .containsEntry("type", "refused")
        .containsEntry("code", "room-full");
  }

  /// Whatever a client may send is read back from what it looks like written.
  @Test
  void whatIsWrittenIsReadTheSame() {
    var offer = new FileOffer("f", "a.txt", (1L << 53) - 1, "text/plain", "0".repeat(64));
    var say = new Say("1", "hi", "b", offer);
    var fields =
        say(
            "hi",
            Map.of(
                "to",
                "b",
                "file",
                Map.of(
                    "id", "f",
                    "name", "a.txt",
                    "size", (1L << 53) - 1,
                    "type", "text/plain",
                    "sha256", "0".repeat(64))));

    assertThat(SignalJson.read("say", fields)).isEqualTo(say);
  }

  private static Map<String, Object> say(String text, Map<String, Object> more) {
    var fields = new HashMap<String, Object>(more);
    fields.put("id", "1");
    fields.put("text", text);
    return fields;
  }

  private static Map<String, Object> file(Object size) {
    return Map.of(
        "id", "f", "name", "a", "size", size, "type", "text/plain", "sha256", "0".repeat(64));
  }

  private static Refused refused(String event, Object argument) {
    Unreadable unreadable =
        catchThrowableOfType(Unreadable.class, () -> SignalJson.read(event, argument));
    assertThat(unreadable).as(event).isNotNull();
    return unreadable.refused();
  }
}
