package dev.madang.server.signal;

import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.FromClient;
import dev.madang.room.SignalMessage.FromServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Signal messages as the plain values that JSON is made of, and back. Strict about what is there
/// (a missing, mistyped or oversized field is refused with its name), lenient about what is not
/// asked for (unknown fields are passed over). Immutable; used from any thread.
public final class SignalJson {

  private SignalJson() {}

  /// A client's message.
  ///
  /// @throws Unreadable with the answer that says what is wrong
  static FromClient read(String event, @Nullable Object argument) {
    Shape shape = FROM_CLIENT.get(event);
    if (shape == null) {
      throw new Unreadable(Refusal.UNKNOWN_MESSAGE.refused());
    }
    Object fields = argument == null && shape.parts().isEmpty() ? Map.of() : argument;
    return (FromClient) readRecord(shape, event, fields);
  }

  /** A message's fields, without those that are null. */
  static Map<String, Object> write(FromServer message) {
    return writeRecord(message, new LinkedHashMap<>());
  }

  /** An acknowledgement: its fields and, first, its `type`. */
  static Map<String, Object> write(Answer answer) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("type", Shape.nameOf(answer.getClass()));
    return writeRecord(answer, fields);
  }

  /** An answer as an event, whose name says its type. */
  static Map<String, Object> fields(Answer answer) {
    return writeRecord(answer, new LinkedHashMap<>());
  }

  private static Object readRecord(Shape shape, String path, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> fields)) {
      throw bad(path, "has to be an object");
    }
    var arguments = new ArrayList<@Nullable Object>();
    for (Shape.Part part : shape.parts()) {
      arguments.add(readPart(part, path + "." + part.name(), fields.get(part.name())));
    }
    try {
      return shape.constructor().newInstance(arguments.toArray());
    } catch (ReflectiveOperationException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static @Nullable Object readPart(Shape.Part part, String path, @Nullable Object value) {
    if (value == null) {
      if (part.nullable()) {
        return null;
      }
      throw bad(path, "is missing");
    }
    Class<?> element = part.element();
    if (element == null) {
      return readValue(part.type(), part, path, value);
    }
    if (!(value instanceof List<?> list)) {
      throw bad(path, "has to be a list");
    }
    if (list.size() > part.max()) {
      throw tooLong(path, part.max() + " elements at most");
    }
    var elements = new ArrayList<Object>(list.size());
    for (Object each : list) {
      if (each == null) {
        throw bad(path, "has an element that is null");
      }
      elements.add(readValue(element, part, path + "[]", each));
    }
    return List.copyOf(elements);
  }

  private static Object readValue(Class<?> type, Shape.Part part, String path, Object value) {
    if (type == String.class) {
      return readText(part, path, value);
    } else if (type == Boolean.class || type == boolean.class) {
      if (value instanceof Boolean) {
        return value;
      }
      throw bad(path, "has to be true or false");
    } else if (type == Integer.class || type == int.class) {
      return (int) readNumber(part, path, value, Integer.MAX_VALUE);
    } else if (type == Long.class || type == long.class) {
      return readNumber(part, path, value, MAX_SAFE_INTEGER);
    } else if (type.isEnum()) {
      return readWord(type, path, value);
    }
    return readRecord(SHAPES.get(type), path, value);
  }

  private static String readText(Shape.Part part, String path, Object value) {
    if (!(value instanceof String text)) {
      throw bad(path, "has to be a text");
    }
    // UTF-16 units are the upper bound of code points: most texts need no counting.
    if (text.length() > part.max() && text.codePointCount(0, text.length()) > part.max()) {
      throw tooLong(path, part.max() + " characters at most");
    }
    if (text.codePointCount(0, text.length()) < part.min()) {
      throw bad(path, "needs at least " + part.min() + " characters");
    }
    return text;
  }

  private static long readNumber(Shape.Part part, String path, Object value, long most) {
    double number = value instanceof Number given ? given.doubleValue() : Double.NaN;
    if (number != Math.rint(number) || number < part.min() || number > Math.min(part.max(), most)) {
      throw bad(path, "has to be a whole number in its range");
    }
    return (long) number;
  }

  private static Object readWord(Class<?> type, String path, Object value) {
    for (Object constant : type.getEnumConstants()) {
      if (Shape.wordOf((Enum<?>) constant).equals(value)) {
        return constant;
      }
    }
    throw bad(path, "is none of the known words");
  }

  private static Map<String, Object> writeRecord(Object record, Map<String, Object> fields) {
    for (Shape.Part part : SHAPES.get(record.getClass()).parts()) {
      try {
        Object value = part.accessor().invoke(record);
        if (value != null) {
          fields.put(part.name(), writeValue(value));
        }
      } catch (ReflectiveOperationException broken) {
        throw new IllegalStateException(broken);
      }
    }
    return fields;
  }

  private static Object writeValue(Object value) {
    return switch (value) {
      case List<?> list -> list.stream().map(SignalJson::writeValue).toList();
      case Enum<?> constant -> Shape.wordOf(constant);
      case Record record -> writeRecord(record, new LinkedHashMap<>());
      default -> value;
    };
  }

  private static Unreadable bad(String path, String what) {
    return new Unreadable(Refusal.BAD_MESSAGE.refused("`" + path + "` " + what));
  }

  private static Unreadable tooLong(String path, String what) {
    return new Unreadable(Refusal.TOO_LONG.refused("`" + path + "`, " + what));
  }

  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return Shape.of(type);
        }
      };

  /// What clients may send, by event name.
  static final Map<String, Shape> FROM_CLIENT = byName(FromClient.class);

  private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

  private static Map<String, Shape> byName(Class<?> family) {
    var shapes = new LinkedHashMap<String, Shape>();
    messages(family).forEach(type -> shapes.put(Shape.nameOf(type), Shape.of(type)));
    return Map.copyOf(shapes);
  }

  /** The records of a family, also those of families within it. */
  static Stream<Class<?>> messages(Class<?> family) {
    return Stream.<Class<?>>of(family.getPermittedSubclasses())
        .flatMap(type -> type.isInterface() ? messages(type) : Stream.of(type));
  }
}
