package dev.madang.protocol.rtp;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which id stands for which header extension on one m-line or transport, as `a=extmap` agreed. A
/// value; asking it makes nothing.
public final class ExtensionMap {
  /** No extension agreed. */
  public static final ExtensionMap NONE = new ExtensionMap(new EnumMap<>(HeaderExtension.class));

  /** The boxes are the JVM's own: ids are small. */
  private final EnumMap<HeaderExtension, Integer> ids;

  private final @Nullable HeaderExtension[] extensions =
      new @Nullable HeaderExtension[RtpPacket.MAX_EXTENSIONS];

  private ExtensionMap(EnumMap<HeaderExtension, Integer> ids) {
    this.ids = ids;
    for (Map.Entry<HeaderExtension, Integer> entry : ids.entrySet()) {
      extensions[entry.getValue()] = entry.getKey();
    }
  }

  /// Whether an id can be agreed: 1 to 14, and 16 to 31 in the two-byte form. RFC 8285 §4.2
  /// reserves 15 in the one-byte form, so that no packet with it could be read in either.
  public static boolean isId(int id) {
    return id > 0 && id < RtpPacket.MAX_EXTENSIONS && id != 15;
  }

  /// The same map with one more agreement; an earlier one of the same extension or id gives way.
  ///
  /// @throws IllegalArgumentException when the id cannot be agreed ([#isId])
  public ExtensionMap with(HeaderExtension extension, int id) {
    if (!isId(id)) {
      throw new IllegalArgumentException("extension id " + id);
    }
    EnumMap<HeaderExtension, Integer> changed = new EnumMap<>(ids);
    HeaderExtension earlier = extensions[id];
    if (earlier != null) {
      changed.remove(earlier);
    }
    changed.put(extension, id);
    return new ExtensionMap(changed);
  }

  /** The id of an extension; 0, which no packet has, when it is not agreed. */
  public int id(HeaderExtension extension) {
    Integer id = ids.get(extension);
    return id == null ? 0 : id;
  }

  public boolean has(HeaderExtension extension) {
    return ids.containsKey(extension);
  }

  /** The extension of an id, or null. */
  public @Nullable HeaderExtension of(int id) {
    return id > 0 && id < extensions.length ? extensions[id] : null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExtensionMap that && ids.equals(that.ids);
  }

  @Override
  public int hashCode() {
    return ids.hashCode();
  }

  /** `{MID=1, TRANSPORT_SEQUENCE=3}`. */
  @Override
  public String toString() {
    return ids.toString();
  }
}
