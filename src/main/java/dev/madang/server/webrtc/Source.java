package dev.madang.server.webrtc;

import dev.madang.room.forward.Coding;
import dev.madang.room.forward.Kind;
import dev.madang.room.forward.Track;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A track that somebody sends, as those see it who may receive it. Any thread.
public final class Source {
  private final String id;
  private final Kind kind;
  private final String stream;
  private final List<Coding> codings;
  private final List<String> rids;
  private volatile @Nullable Place place;

  /// Where it comes in.
  record Place(Station station, Track track) {}

  /// @param id unique on this server
  /// @param stream sources of one stream play in time with each other
  Source(String id, Kind kind, String stream, List<Coding> codings, List<String> rids) {
    this.id = id;
    this.kind = kind;
    this.stream = stream;
    this.codings = List.copyOf(codings);
    this.rids = List.copyOf(rids);
  }

  public String id() {
    return id;
  }

  public Kind kind() {
    return kind;
  }

  public String stream() {
    return stream;
  }

  /// The first is what it is coded with.
  public List<Coding> codings() {
    return codings;
  }

  /// The names of its simulcast layers, the smallest picture first; none without.
  public List<String> rids() {
    return rids;
  }

  /// Null before its sender came and after it left.
  @Nullable Place place() {
    return place;
  }

  void place(@Nullable Place found) {
    place = found;
  }

  @Override
  public String toString() {
    return kind + " " + id;
  }
}
