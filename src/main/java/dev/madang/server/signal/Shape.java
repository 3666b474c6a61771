package dev.madang.server.signal;

import dev.madang.room.SignalMessage.Coded;
import dev.madang.room.SignalMessage.Limit;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a record of [dev.madang.room.SignalMessage] looks like in JSON: read once from the record
/// itself, so that parser, writer, TypeScript and JSON Schema cannot disagree. Immutable.
record Shape(Class<?> type, Constructor<?> constructor, List<Part> parts) {

  /// One component.
  ///
  /// @param element what a list holds; null if this is no list
  record Part(
      String name,
      Class<?> type,
      @Nullable Class<?> element,
      boolean nullable,
      @Nullable Limit limit,
      Method accessor) {

    /** The least allowed: characters, elements or value. */
    long min() {
      return limit == null ? 0 : limit.min();
    }

    long max() {
      return limit == null ? Long.MAX_VALUE : limit.max();
    }
  }

  static Shape of(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    var parts = new ArrayList<Part>();
    for (RecordComponent component : components) {
      parts.add(
          new Part(
              component.getName(),
              component.getType(),
              element(component),
              component.getAnnotatedType().isAnnotationPresent(Nullable.class),
              component.getAnnotation(Limit.class),
              component.getAccessor()));
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return new Shape(type, type.getDeclaredConstructor(types), List.copyOf(parts));
    } catch (NoSuchMethodException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The name on the wire: the record's name with a small first letter. */
  static String nameOf(Class<?> type) {
    String name = type.getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  /** How an enum's constant travels: a code as it says itself, others in camel case. */
  static String wordOf(Enum<?> constant) {
    if (constant instanceof Coded coded) {
      return coded.code();
    }
    String[] words = constant.name().toLowerCase(Locale.ROOT).split("_");
    var camel = new StringBuilder(words[0]);
    for (int i = 1; i < words.length; i++) {
      camel.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
    }
    return camel.toString();
  }

  private static @Nullable Class<?> element(RecordComponent component) {
    return component.getGenericType() instanceof ParameterizedType list
        ? (Class<?>) list.getActualTypeArguments()[0]
        : null;
  }
}
