package dev.madang.protocol.socketio;

import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/// Reads JSON into plain values: [Map] (in order), [List], [String], [Boolean], null, and for
/// numbers [Integer], [Long] or else [Double], as a JavaScript program would see them.
///
/// A name such as `__proto__` is a key like any other here.
public final class JsonReader {
  private final JsonFactory json;

  /**
   * @param maxDepth arrays and objects within each other
   * @param maxLength characters of one string
   */
  public JsonReader(int maxDepth, int maxLength) {
    this(maxDepth, maxLength, MAX_TOKENS);
  }

  /// @param maxTokens values, names, and beginnings and ends of arrays and objects
  public JsonReader(int maxDepth, int maxLength, long maxTokens) {
    json =
        JsonFactory.builder()
            // Events are small and their names come from strangers: a table of known names costs
            // more than it saves.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(maxDepth)
                    .maxStringLength(maxLength)
                    .maxNameLength(MAX_NAME)
                    .maxNumberLength(MAX_NUMBER)
                    // An empty object is two bytes on the wire and seventy in memory.
                    .maxTokenCount(maxTokens)
                    .build())
            .build();
  }

  /** Exactly one value and nothing behind it. */
  public @Nullable Object read(String text) {
    try (JsonParser parser = json.createParser(ObjectReadContext.empty(), text)) {
      Object value = value(parser, parser.nextToken());
      if (parser.nextToken() != null) {
        throw new ProtocolException("more than one JSON value");
      }
      return value;
    } catch (JacksonException broken) {
      throw new ProtocolException("broken JSON");
    }
  }

  private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token) {
    if (token == null) {
      throw new ProtocolException("no JSON value");
    }
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new ProtocolException("broken JSON");
    };
  }

  private static Map<String, @Nullable Object> object(JsonParser parser) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>(8);
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      object.put(name, value(parser, parser.nextToken()));
    }
    return object;
  }

  private static List<@Nullable Object> array(JsonParser parser) {
    List<@Nullable Object> array = new ArrayList<>(4);
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      array.add(value(parser, token));
    }
    return array;
  }

  private static Object integer(JsonParser parser) {
    return switch (parser.getNumberType()) {
      case INT -> parser.getIntValue();
      case LONG -> parser.getLongValue();
      // Wider than a long: JavaScript would have rounded it as well.
      default -> parser.getDoubleValue();
    };
  }

  private static final int MAX_NAME = 4096;
  private static final long MAX_TOKENS = 100_000;
  private static final int MAX_NUMBER = 128;
}
