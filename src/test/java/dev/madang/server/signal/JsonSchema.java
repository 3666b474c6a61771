package dev.madang.server.signal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Writes the contract as JSON Schema (2020-12): a message is the array that Socket.IO sends as an
/// event, its name and one object.
final class JsonSchema {
  private JsonSchema() {}

  static String write() {
    var definitions = new LinkedHashMap<String, Object>();
    definitions.put("ClientMessage", anyOf(Contract.FROM_CLIENT.stream().map(JsonSchema::event)));
    definitions.put("ServerMessage", anyOf(Contract.FROM_SERVER.stream().map(JsonSchema::event)));
    definitions.put("Answer", anyOf(Contract.ANSWERS.stream().map(JsonSchema::answer)));
    for (Class<?> type : Contract.types()) {
      definitions.put(type.getSimpleName(), definition(type));
    }
    var schema = new LinkedHashMap<String, Object>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "Madang signaling, Socket.IO namespace /room");
    schema.put(
        "description", "Written from the records of dev.madang.room.SignalMessage; do not edit.");
    schema.put("anyOf", List.of(ref("ClientMessage"), ref("ServerMessage"), ref("Answer")));
    schema.put("$defs", definitions);
    return JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(schema)
        + "\n";
  }

  private static Map<String, Object> event(Class<?> type) {
    Map<String, Object> event = one("type", "array");
    event.put("prefixItems", List.of(one("const", Shape.nameOf(type)), ref(type.getSimpleName())));
    event.put("minItems", Shape.of(type).parts().isEmpty() ? 1 : 2);
    event.put("items", false);
    return event;
  }

  private static Map<String, Object> answer(Class<?> type) {
    Map<String, Object> tag = one("properties", one("type", one("const", Shape.nameOf(type))));
    tag.put("required", List.of("type"));
    return one("allOf", List.of(tag, ref(type.getSimpleName())));
  }

  private static Map<String, Object> definition(Class<?> type) {
    if (type.isEnum()) {
      return one("enum", Contract.words(type));
    }
    var properties = new LinkedHashMap<String, Object>();
    var required = new ArrayList<String>();
    for (Shape.Part part : Shape.of(type).parts()) {
      Class<?> element = part.element();
      Map<String, Object> value = value(element == null ? part.type() : element, part);
      if (element != null) {
        Map<String, Object> list = one("type", "array");
        list.put("items", value);
        value = list;
        if (part.limit() != null) {
          value.put("maxItems", part.max());
        }
      }
      properties.put(
          part.name(), part.nullable() ? one("anyOf", List.of(value, one("type", "null"))) : value);
      if (!part.nullable()) {
        required.add(part.name());
      }
    }
    var object = new LinkedHashMap<String, Object>();
    object.put("type", "object");
    object.put("properties", properties);
    object.put("required", required);
    return object;
  }

  private static Map<String, Object> value(Class<?> type, Shape.Part part) {
    var value = new LinkedHashMap<String, Object>();
    if (type == String.class) {
      value.put("type", "string");
      limit(value, part, "minLength", "maxLength");
    } else if (type == Boolean.class || type == boolean.class) {
      value.put("type", "boolean");
    } else if (type.isRecord() || type.isEnum()) {
      return ref(type.getSimpleName());
    } else {
      value.put("type", "integer");
      limit(value, part, "minimum", "maximum");
    }
    return value;
  }

  private static void limit(Map<String, Object> value, Shape.Part part, String least, String most) {
    if (part.limit() != null && part.element() == null) {
      value.put(least, part.min());
      value.put(most, part.max());
    }
  }

  private static Map<String, Object> ref(String name) {
    return one("$ref", "#/$defs/" + name);
  }

  private static Map<String, Object> anyOf(Stream<Map<String, Object>> choices) {
    return one("anyOf", choices.toList());
  }

  private static Map<String, Object> one(String key, Object value) {
    var map = new LinkedHashMap<String, Object>();
    map.put(key, value);
    return map;
  }
}
