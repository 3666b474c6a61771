package dev.madang.room.bandwidth;

/// Between what bounds a receiver's bandwidth is looked for, in bits per second.
///
/// @param least never less is assumed: sound and one small picture
/// @param start before anything is known
/// @param most never more is assumed
public record Limits(long least, long start, long most) {
  public Limits {
    if (least <= 0 || start < least || most < start) {
      throw new IllegalArgumentException(least + " <= " + start + " <= " + most + " does not hold");
    }
  }

  public static Limits defaults() {
    return new Limits(50_000, 600_000, 50_000_000);
  }
}
