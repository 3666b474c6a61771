package dev.madang;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Layers settings over [Config#defaults()]: file, then environment, then flags. Works on the
/// records alone, so a new key needs no line here. Used once, by the thread that starts.
final class ConfigReader {
  private final Map<String, RecordComponent> known = new TreeMap<>();
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, String> origins = new TreeMap<>();
  private final List<String> read = new ArrayList<>();

  private final Collection<String> options;

  ConfigReader() {
    this(List.of());
  }

  /// @param options of the command besides settings, such as `--name`: what was meant may be one
  ConfigReader(Collection<String> options) {
    this.options = options;
    collect("", Config.class);
  }

  /// Reads a YAML file. Unknown keys are errors.
  ConfigReader file(Path file) {
    try {
      yaml(Files.readString(file), file.toString());
      read.add("# Read: " + file.toAbsolutePath().normalize());
      return this;
    } catch (IOException _) {
      throw new ConfigException(
          "The configuration file " + file + " cannot be read: is it there, and may you read it?");
    }
  }

  ConfigReader yaml(String text, String origin) {
    try {
      // Aliases are cut short: a small file must not unfold into a large one.
      var settings =
          LoadSettings.builder().setLabel(origin).setMaxAliasesForCollections(10).build();
      Object root = new Load(settings).loadFromString(text);
      if (root instanceof Map<?, ?> map) {
        flatten("", map, origin);
      } else if (root != null) {
        throw new ConfigException(origin + " must hold keys and values, such as `http:`.");
      }
      return this;
    } catch (YamlEngineException e) {
      throw new ConfigException(origin + " is not valid YAML: " + e.getMessage());
    }
  }

  /// `MADANG_HTTP_PORT=8080` sets `http.port`.
  ConfigReader environment(Map<String, String> environment) {
    Map<String, String> names = new TreeMap<>();
    known.keySet().forEach(key -> names.put(environmentName(key), key));
    new TreeMap<>(environment)
        .forEach((name, value) -> {
          if (!name.startsWith("MADANG_") || LAUNCHER.contains(name)) {
            return;
          }
          String key = names.get(name);
          if (key == null) {
            String meant = nearest(wanted(name), known.keySet());
            throw new ConfigException(
                "The environment variable "
                    + name
                    + " sets nothing; "
                    + (meant == null ? ALL : "did you mean " + environmentName(meant) + "?"));
          }
          set(key, value, name);
        });
    return this;
  }

  /// `http.port` = `8080`, as given by `--http.port=8080`.
  ConfigReader flag(String key, String value, String origin) {
    set(key, value, origin);
    return this;
  }

  Config read() {
    return (Config) build("", Config.defaults());
  }

  /// What was read, then each key with its value and where it comes from, a line each; secrets are
  /// not shown.
  ///
  /// @param all those that nobody set, too
  List<String> describe(Config config, boolean all) {
    List<String> lines = new ArrayList<>(read);
    int before = lines.size();
    describe("", config, all, lines);
    int defaults = known.size() - (lines.size() - before);
    if (defaults > 0) {
      lines.add("# " + defaults + " more have their defaults; --all shows them.");
    }
    return lines;
  }

  static String environmentName(String key) {
    return "MADANG_" + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** The keys that can be set, in order. */
  List<String> keys() {
    return List.copyOf(known.keySet());
  }

  private void collect(String prefix, Class<?> type) {
    for (RecordComponent component : type.getRecordComponents()) {
      String key = prefix + kebab(component.getName());
      if (component.getType().isRecord()) {
        collect(key + ".", component.getType());
      } else {
        known.put(key, component);
      }
    }
  }

  private void flatten(String prefix, Map<?, ?> map, String origin) {
    map.forEach((name, value) -> {
      String key = prefix + name;
      boolean section = known.keySet().stream().anyMatch(k -> k.startsWith(key + "."));
      if (value instanceof Map<?, ?> inner && !known.containsKey(key) && section) {
        flatten(key + ".", inner, origin);
      } else if (value != null || !section) {
        set(key, value, origin);
      }
    });
  }

  private void set(String key, @Nullable Object value, String origin) {
    if (known.keySet().stream().anyMatch(name -> name.startsWith(key + "."))) {
      throw new ConfigException(
          origin + ": `" + key + "` is a group; its settings are written below it, indented.");
    }
    mustKnow(key, origin);
    values.put(key, value == null ? NULL : value);
    origins.put(key, origin);
  }

  /// There is such a setting, or a group of them.
  void mustKnow(String key, String origin) {
    if (known.containsKey(key) || known.keySet().stream().anyMatch(k -> k.startsWith(key + "."))) {
      return;
    }
    String option = nearest("--" + key, options);
    String meant = option == null ? nearest(key, known.keySet()) : option;
    throw new ConfigException(
        origin
            + ": there is no setting `"
            + key
            + "`; "
            + (meant == null ? ALL : "did you mean `" + meant + "`?"));
  }

  private Object build(String prefix, Record defaults) {
    RecordComponent[] components = defaults.getClass().getRecordComponents();
    @Nullable Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      String key = prefix + kebab(component.getName());
      @Nullable Object standard = component(defaults, component);
      if (standard instanceof Record inner) {
        arguments[i] = build(key + ".", inner);
      } else {
        Object value = values.get(key);
        arguments[i] = value == null ? standard : convert(key, component.getGenericType(), value);
      }
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      var constructor = defaults.getClass().getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String section =
          prefix.isEmpty() ? "the configuration" : prefix.substring(0, prefix.length() - 1);
      throw new ConfigException("In " + section + ": " + cause.getMessage());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private @Nullable Object convert(String key, Type type, Object value) {
    if (value == NULL) {
      return null;
    }
    try {
      if (type instanceof ParameterizedType generic) {
        return generic.getRawType() == List.class ? list(value) : map(value);
      }
      String text = String.valueOf(value).strip();
      return switch (((Class<?>) type).getName()) {
        case "boolean" -> bool(text);
        case "int" -> Math.toIntExact(number(text));
        case "long" -> number(text);
        case "double" -> Double.parseDouble(text);
        case "java.lang.String" -> text;
        case "java.nio.file.Path" -> Path.of(text);
        case "java.time.Duration" -> duration(text);
        default -> constant((Class<?>) type, text);
      };
    } catch (RuntimeException e) {
      throw new ConfigException(
          origins.get(key) + ": `" + key + "` cannot be `" + value + "`: " + expected(type) + ".");
    }
  }

  private static List<String> list(Object value) {
    if (value instanceof List<?> items) {
      return items.stream().map(String::valueOf).toList();
    }
    String text = String.valueOf(value).strip();
    return text.isEmpty() ? List.of() : Arrays.stream(text.split(",")).map(String::strip).toList();
  }

  private static Map<String, String> map(Object value) {
    Map<String, String> map = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> entries) {
      entries.forEach((k, v) -> map.put(String.valueOf(k), String.valueOf(v)));
    } else {
      for (String entry : list(value)) {
        int colon = entry.indexOf(':');
        map.put(entry.substring(0, colon).strip(), entry.substring(colon + 1).strip());
      }
    }
    return map;
  }

  private static boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static long number(String text) {
    Matcher matcher = NUMBER.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    String unit = matcher.group(2);
    int shift = unit == null ? 0 : ("KMG".indexOf(unit.charAt(0)) + 1) * 10;
    return Math.multiplyExact(Long.parseLong(matcher.group(1).replace("_", "")), 1L << shift);
  }

  /** Reads `250ms`, `30s`, `5m`, `2h` or `7d`. */
  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "A time is needed, such as 30m, 2h or 7d, not " + text + ".");
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  private static Object constant(Class<?> type, String text) {
    for (Object constant : type.getEnumConstants()) {
      if (kebab(((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .equals(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(text);
  }

  private static String expected(Type type) {
    if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == List.class
          ? "a list is needed, such as [a, b]"
          : "pairs are needed, such as {name: value}";
    }
    return switch (((Class<?>) type).getName()) {
      case "boolean" -> "it is true or false";
      case "int", "long" -> "a whole number is needed, such as 8080 or 64KiB";
      case "java.time.Duration" -> "a time is needed, such as 250ms, 30s, 5m, 2h or 7d";
      default -> {
        Object[] constants = ((Class<?>) type).getEnumConstants();
        yield constants == null
            ? "it does not fit"
            : "one of " + Arrays.toString(constants).toLowerCase(Locale.ROOT) + " is needed";
      }
    };
  }

  private void describe(String prefix, Record record, boolean all, List<String> lines) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String key = prefix + kebab(component.getName());
      @Nullable Object value = component(record, component);
      if (value instanceof Record inner) {
        describe(key + ".", inner, all, lines);
      } else if (all || origins.containsKey(key)) {
        String shown =
            SECRET.matcher(key).find() && !empty(value) ? "(set, not shown)" : show(value);
        lines.add(key + " = " + shown + "   # " + origins.getOrDefault(key, "default"));
      }
    }
  }

  private static boolean empty(@Nullable Object value) {
    return value == null
        || value.toString().isEmpty()
        || value instanceof List<?> list && list.isEmpty()
        || value instanceof Map<?, ?> map && map.isEmpty();
  }

  private static String show(@Nullable Object value) {
    return switch (value) {
      case null -> "(none)";
      case String empty when empty.isEmpty() -> "(none)";
      case Duration duration -> duration.toString().substring(2).toLowerCase(Locale.ROOT);
      case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      default -> value.toString();
    };
  }

  private static @Nullable Object component(Record record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static String kebab(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  /** A key as the name of an environment variable would have it. */
  private static String wanted(String variable) {
    return variable.substring("MADANG_".length()).toLowerCase(Locale.ROOT).replace('_', '.');
  }

  /** The key that was meant: a few letters of it are wrong, or its group is missing. */
  private static @Nullable String nearest(String wanted, Iterable<String> keys) {
    String best = null;
    // A letter of three: more and it is another word.
    int least = Math.max(2, wanted.length() / 3 + 1);
    for (String key : keys) {
      int distance = key.endsWith("." + wanted) ? 0 : distance(wanted, key.replace('-', '.'));
      distance = Math.min(distance, distance(wanted, key));
      if (distance < least) {
        least = distance;
        best = key;
      }
    }
    return best;
  }

  /** Levenshtein's distance, a row at a time. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }

  private static final String ALL = "`madang config check --all` names them all.";

  /// Stands for a null in the file, which sets a nullable key back to nothing.
  private static final Object NULL = new Object();

  /** Read by the launcher and the logger, not settings of the server. */
  private static final Set<String> LAUNCHER = Set.of("MADANG_JAVA_OPTIONS", "MADANG_LOG");

  private static final Pattern NUMBER = Pattern.compile("(-?[0-9][0-9_]*)\\s*([KMG]iB)?");
  private static final Pattern DURATION = Pattern.compile("([0-9]+)\\s*(ms|s|m|h|d)");
  private static final Pattern SECRET =
      Pattern.compile("(secret|secrets|password|keys|users|store.url)$", Pattern.CASE_INSENSITIVE);
}
