package dev.madang.room.forward;

/// Whether somebody speaks into a microphone, by what the headers of its packets say (RFC 6464):
/// nothing is decoded. Lives on its track's loop.
///
/// Loud is what stands out of the noise that is always there. A share of the last moments that was
/// loud, the activity, begins and ends a word: a cough or a knock on the table is too short for it,
/// a gap between two words too.
public final class Loudness {
  private double noise = FIRST_NOISE;
  private double activity;
  private double volume;
  private boolean speaking;
  private boolean known;
  private long heardAt;
  private long loudAt;
  private long toldAt;

  /// A packet came.
  ///
  /// @param level -dBov: 0 is loudest, 127 silence
  /// @return whether there is something to tell
  boolean heard(int level, long now) {
    double loudness = SILENCE - level;
    noise =
        loudness < noise
            ? noise + (loudness - noise) * NOISE_FALLS
            : Math.min(MOST_NOISE, noise + NOISE_RISES);
    boolean loud = loudness >= Math.max(QUIETEST_VOICE, noise + ABOVE_NOISE);
    if (loud) {
      loudAt = now;
      volume = activity == 0 ? loudness : volume + (loudness - volume) * VOLUME_FOLLOWS;
    }
    pass(loud, now);
    boolean first = !known;
    known = true;
    return judge(now) || first;
  }

  /// Nothing came for a while, which is silence: a sender may send nothing then (RFC 7587 section
  /// 3.1.3, DTX).
  boolean tick(long now) {
    if (now - heardAt >= PACKET_NANOS) {
      pass(false, now);
    }
    return judge(now);
  }

  /// Muted.
  boolean silence(long now) {
    boolean was = speaking;
    activity = 0;
    speaking = false;
    toldAt = now;
    return was;
  }

  /// One packet is as long as a packet is: what is missing before a loud one was not loud as well.
  private void pass(boolean loud, long now) {
    long most = loud ? PACKET_NANOS : LINGER_NANOS;
    long elapsed = known ? Math.clamp(now - heardAt, 0, most) : 0;
    heardAt = now;
    activity += ((loud ? 1 : 0) - activity) * elapsed / (elapsed + FOLLOWS_NANOS);
  }

  private boolean judge(long now) {
    boolean before = speaking;
    speaking = speaking ? now - loudAt < LINGER_NANOS : activity >= BEGINS;
    if (speaking != before || speaking && now - toldAt >= TELL_NANOS) {
      toldAt = now;
      return true;
    }
    return false;
  }

  long deadline() {
    return speaking ? toldAt + TELL_NANOS : Long.MAX_VALUE;
  }

  public boolean speaking() {
    return speaking;
  }

  /// The share of the last moments that was loud, 0-1.
  public double activity() {
    return activity;
  }

  /// How loud the loud moments were, in dB above silence: 0-127.
  public double volume() {
    return volume;
  }

  private static final double SILENCE = 127;

  // What a quiet room and a fan make: -60 and -50 dBov.
  private static final double FIRST_NOISE = 57;
  private static final double MOST_NOISE = 77;
  private static final double QUIETEST_VOICE = 67;
  private static final double ABOVE_NOISE = 10;
  private static final double NOISE_FALLS = 0.1;
  private static final double NOISE_RISES = 0.05;
  private static final double VOLUME_FOLLOWS = 0.1;

  // 160 ms of voice begin a word, 100 ms of noise do not.
  private static final double BEGINS = 0.65;
  private static final long FOLLOWS_NANOS = 130_000_000L;
  private static final long PACKET_NANOS = 60_000_000L;
  private static final long LINGER_NANOS = 700_000_000L;
  static final long TELL_NANOS = 100_000_000L;
}
