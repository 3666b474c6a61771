package dev.madang.server.signal;

import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.AnsweredBy;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.FromClient;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.Refused;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The records of the signaling contract, found by walking from the three families of messages:
/// what the TypeScript types and the JSON Schema are written from.
final class Contract {
  static final List<Class<?>> FROM_CLIENT = SignalJson.messages(FromClient.class).toList();
  static final List<Class<?>> FROM_SERVER = SignalJson.messages(FromServer.class).toList();
  static final List<Class<?>> ANSWERS = SignalJson.messages(Answer.class).toList();

  private Contract() {}

  /** Every record and enum, each once, values after the messages that use them. */
  static Set<Class<?>> types() {
    var found = new LinkedHashSet<Class<?>>();
    Stream.of(FROM_CLIENT, FROM_SERVER, ANSWERS).flatMap(List::stream).forEach(found::add);
    for (var more = List.copyOf(found); !more.isEmpty(); ) {
      var next =
          more.stream()
              .filter(Class::isRecord)
              .flatMap(type -> Shape.of(type).parts().stream())
              .map(part -> part.element() == null ? part.type() : part.element())
              .filter(type -> type.isRecord() || type.isEnum())
              .filter(type -> !found.contains(type))
              .distinct()
              .<Class<?>>map(type -> type)
              .toList();
      found.addAll(next);
      more = next;
    }
    return found;
  }

  /** What may acknowledge a message. */
  static List<Class<?>> answersTo(Class<?> message) {
    AnsweredBy by = message.getAnnotation(AnsweredBy.class);
    Stream<Class<?>> good = by == null ? Stream.of(Done.class) : Arrays.stream(by.value());
    return Stream.concat(good, Stream.of(Refused.class)).toList();
  }

  static List<String> words(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> Shape.wordOf((Enum<?>) constant))
        .toList();
  }
}
