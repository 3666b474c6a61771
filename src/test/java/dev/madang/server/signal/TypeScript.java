package dev.madang.server.signal;

import static java.util.stream.Collectors.joining;

import java.util.List;

/// Writes the contract as TypeScript.
final class TypeScript {
  private TypeScript() {}

  static String write() {
    var text = new StringBuilder(HEAD);
    for (Class<?> type : Contract.types()) {
      text.append('\n').append(type.isEnum() ? union(type) : structure(type));
    }
    text.append("\n/** What a client sends: event name → its one argument. */\n");
    text.append(table("ClientMessages", Contract.FROM_CLIENT));
    text.append("\n/** What the room sends: event name → its one argument. */\n");
    text.append(table("ServerMessages", Contract.FROM_SERVER));
    text.append("\n/** An acknowledgement says its own `type`. */\n");
    text.append("export type Answer =\n");
    text.append(Contract.ANSWERS.stream().map(TypeScript::typed).collect(joining("\n")));
    text.append(";\n");
    text.append("\n/** What acknowledges each of the client's messages. */\n");
    text.append("export interface Answers {\n");
    for (Class<?> message : Contract.FROM_CLIENT) {
      text.append(
          "  %s: Extract<Answer, { type: %s }>;\n"
              .formatted(
                  Shape.nameOf(message),
                  Contract.answersTo(message).stream()
                      .map(type -> "'" + Shape.nameOf(type) + "'")
                      .collect(joining(" | "))));
    }
    text.append("}\n");
    text.append(
        "\n/** The most that is taken: characters of a text, elements of a list, value. */\n");
    text.append("export const LIMITS = {\n");
    for (Class<?> message : Contract.FROM_CLIENT) {
      limits(message, text);
    }
    return text.append("} as const;\n").toString();
  }

  private static String union(Class<?> type) {
    return "export type %s =\n%s;\n"
        .formatted(
            type.getSimpleName(),
            Contract.words(type).stream().map(word -> "  | '" + word + "'").collect(joining("\n")));
  }

  private static String structure(Class<?> type) {
    List<Shape.Part> parts = Shape.of(type).parts();
    if (parts.isEmpty()) {
      return "export type %s = Record<string, never>;\n".formatted(type.getSimpleName());
    }
    return parts.stream()
        .map(part ->
            "  %s%s: %s;\n"
                .formatted(
                    part.name(),
                    part.nullable() ? "?" : "",
                    word(part) + (part.nullable() ? " | null" : "")))
        .collect(joining("", "export interface " + type.getSimpleName() + " {\n", "}\n"));
  }

  private static String word(Shape.Part part) {
    Class<?> element = part.element();
    return element == null ? word(part.type()) : word(element) + "[]";
  }

  private static String word(Class<?> type) {
    if (type == String.class) {
      return "string";
    } else if (type == Boolean.class || type == boolean.class) {
      return "boolean";
    } else if (type.isRecord() || type.isEnum()) {
      return type.getSimpleName();
    }
    return "number";
  }

  private static String table(String name, List<Class<?>> types) {
    return types.stream()
        .map(type -> "  %s: %s;\n".formatted(Shape.nameOf(type), type.getSimpleName()))
        .collect(joining("", "export interface " + name + " {\n", "}\n"));
  }

  private static String typed(Class<?> type) {
    String tag = "  | ({ type: '" + Shape.nameOf(type) + "' }";
    boolean empty = Shape.of(type).parts().isEmpty();
    return empty
        ? "  | { type: '" + Shape.nameOf(type) + "' }"
        : tag + " & " + type.getSimpleName() + ")";
  }

  private static void limits(Class<?> message, StringBuilder text) {
    String most =
        Shape.of(message).parts().stream()
            .filter(part -> part.limit() != null)
            .map(part -> part.name() + ": " + part.max())
            .collect(joining(", "));
    if (!most.isEmpty()) {
      text.append("  %s: { %s },\n".formatted(Shape.nameOf(message), most));
    }
  }

  private static final String HEAD =
      """
      // Written from the records of dev.madang.room.SignalMessage, where each is explained.
      // Do not edit; after a change there: ./mvnw test -Dtest=ContractTest -Dmadang.update=true
      """;
}
