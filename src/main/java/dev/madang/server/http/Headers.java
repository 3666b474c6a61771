package dev.madang.server.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The header fields of one request, as they came. A value becomes a String only when somebody asks
/// for it: most are never read.
public final class Headers {
  private final byte[] bytes;

  /// Four offsets a field: start and end of its name, start and end of its value.
  private final int[] offsets;

  Headers(byte[] bytes, int[] offsets) {
    this.bytes = bytes;
    this.offsets = offsets;
  }

  /// Those of HTTP/2, without the pseudo-fields.
  static Headers of(Iterable<Map.Entry<CharSequence, CharSequence>> fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    int[] offsets = new int[64];
    int at = 0;
    for (Map.Entry<CharSequence, CharSequence> each : fields) {
      if (each.getKey().charAt(0) == ':') {
        continue;
      }
      if (at == offsets.length) {
        offsets = Arrays.copyOf(offsets, at * 2);
      }
      offsets[at++] = bytes.size();
      bytes.writeBytes(each.getKey().toString().getBytes(StandardCharsets.ISO_8859_1));
      offsets[at++] = bytes.size();
      offsets[at++] = bytes.size();
      bytes.writeBytes(each.getValue().toString().getBytes(StandardCharsets.ISO_8859_1));
      offsets[at++] = bytes.size();
    }
    return new Headers(bytes.toByteArray(), Arrays.copyOf(offsets, at));
  }

  /// The value of the first field of this name (written in small letters), or null.
  public @Nullable String first(String name) {
    int field = find(name, 0);
    return field < 0 ? null : value(field);
  }

  /// The values of all fields of this name (written in small letters), in order.
  public List<String> all(String name) {
    List<String> values = new ArrayList<>(1);
    for (int field = find(name, 0); field >= 0; field = find(name, field + 4)) {
      values.add(value(field));
    }
    return values;
  }

  public boolean has(String name) {
    return find(name, 0) >= 0;
  }

  /// Whether a comma-separated list field, in all its lines together, has this token in any case.
  public boolean hasToken(String name, String token) {
    for (int field = find(name, 0); field >= 0; field = find(name, field + 4)) {
      for (String each : value(field).split(",")) {
        if (each.strip().equalsIgnoreCase(token)) {
          return true;
        }
      }
    }
    return false;
  }

  public int size() {
    return offsets.length / 4;
  }

  public void forEach(BiConsumer<String, String> consumer) {
    for (int field = 0; field < offsets.length; field += 4) {
      consumer.accept(text(offsets[field], offsets[field + 1]), value(field));
    }
  }

  private int find(String name, int from) {
    int length = name.length();
    for (int field = from; field < offsets.length; field += 4) {
      int start = offsets[field];
      if (offsets[field + 1] - start == length && equalsIgnoreCase(bytes, start, name)) {
        return field;
      }
    }
    return -1;
  }

  private String value(int field) {
    return text(offsets[field + 2], offsets[field + 3]);
  }

  private String text(int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  /// Compares with a name in small letters.
  static boolean equalsIgnoreCase(byte[] bytes, int start, String small) {
    for (int i = 0; i < small.length(); i++) {
      int letter = bytes[start + i];
      if (letter >= 'A' && letter <= 'Z') {
        letter += 'a' - 'A';
      }
      if (letter != small.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
