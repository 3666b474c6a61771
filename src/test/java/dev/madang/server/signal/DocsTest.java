package dev.madang.server.signal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.Ending;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.RoomChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/signaling.md says everything that can travel.
class DocsTest {
  private final String text = Files.readString(Path.of("docs/signaling.md"));

  DocsTest() throws IOException {}

  @Test
  void everyMessageHasItsRowAndNamesItsFields() {
    Stream.of(Contract.FROM_CLIENT, Contract.FROM_SERVER, Contract.ANSWERS)
        .flatMap(List::stream)
        .forEach(type -> {
          String name = Shape.nameOf(type);
          List<String> rows =
              text.lines().filter(line -> line.startsWith("| `" + name + "` |")).toList();
          assertThat(rows).as(name).isNotEmpty();
          Shape.of(type)
              .parts()
              .forEach(part ->
                  assertThat(rows.getFirst() + rows.getLast() + asAbove(rows))
                      .as(name)
                      .contains("`" + part.name() + (part.nullable() ? "?`" : "`")));
        });
  }

  @Test
  void everyAnswerOfEveryMessageIsSaid() {
    for (Class<?> message : Contract.FROM_CLIENT) {
      String row = row(Shape.nameOf(message));
      Contract.answersTo(message).stream()
          .map(Shape::nameOf)
          .filter(answer -> !answer.equals("refused"))
          .forEach(answer -> assertThat(row).contains("`" + answer + "`"));
    }
  }

  @Test
  void everyLimitIsSaid() {
    for (Class<?> message : Contract.FROM_CLIENT) {
      String row = row(Shape.nameOf(message));
      for (Shape.Part part : Shape.of(message).parts()) {
        if (part.limit() != null && part.type() == String.class && !isIdentity(part)) {
          assertThat(row).containsPattern("`" + part.name() + "\\??` (≤ |\\d+-)" + part.max());
        }
      }
    }
  }

  @Test
  void everyCodeHasItsRow() {
    int endings = text.indexOf("### Codes of `ended`");
    int refusals = text.indexOf("### Codes of `refused`");
    for (Ending ending : Ending.values()) {
      assertThat(text.substring(endings, refusals)).contains("| `" + ending.code() + "` |");
    }
    for (Refusal refusal : Refusal.values()) {
      assertThat(text.substring(refusals)).contains("| `" + refusal.code() + "` |");
    }
  }

  @Test
  void noCodeIsDocumentedThatDoesNotExist() {
    List<String> codes =
        Stream.concat(
                Stream.of(Ending.values()).map(Ending::code),
                Stream.of(Refusal.values()).map(Refusal::code))
            .toList();
    text.substring(text.indexOf("### Codes of `ended`"), text.indexOf("## Tokens"))
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(3, line.indexOf('`', 3)))
        .forEach(code -> assertThat(codes).contains(code));
  }

  @Test
  void reasonsAreSaid() {
    Stream.of(Departure.values(), RoomChange.values())
        .flatMap(Stream::of)
        .forEach(word -> assertThat(text).contains("`" + Shape.wordOf(word) + "`"));
  }

  private String row(String name) {
    return text.lines().filter(line -> line.startsWith("| `" + name + "` |")).findFirst().get();
  }

  private String asAbove(List<String> rows) {
    return rows.stream().anyMatch(row -> row.contains("as above")) ? text : "";
  }

  private static boolean isIdentity(Shape.Part part) {
    return part.name().equals("to")
        || part.name().equals("identity")
        || part.name().equals("instance");
  }
}
