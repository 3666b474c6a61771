package dev.madang.room.forward;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who speaks in a room, whose turn it is, and which microphones are forwarded when more are open
/// than make sense to hear at a time. It is told what each microphone's [Loudness] tells. One
/// thread; linear in the microphones of a room, ten times a second for each who speaks.
///
/// The turn goes to somebody else when its holder is silent and another speaks, or when another is
/// clearly louder for a while: an "mm-hm" between does not take it. Nobody speaks for long without
/// a breath: who is loud without one is a machine, music or a page that lies about how loud it is,
/// and gives way to whoever speaks, however loud.
///
/// @param <V> a microphone
public final class Speakers<V> {
  private final int most;
  private final List<Voice<V>> voices = new ArrayList<>();
  private @Nullable Voice<V> active;
  private long activeSince;
  private boolean limited;
  private long changes;

  private static final class Voice<V> {
    final V of;
    final boolean always;
    boolean measured;
    boolean speaking;
    double activity;
    double volume;
    long heardAt;
    long spokeAt;
    long pausedAt;
    boolean louder;
    long louderSince;
    boolean chosen;
    long chosenAt;

    Voice(V of, boolean always, long now) {
      this.of = of;
      this.always = always;
      heardAt = now;
      spokeAt = now - AGES_NANOS;
      pausedAt = now;
    }

    /// Whether it has a place only as long as it is among the loudest.
    boolean competes() {
      return measured && !always;
    }

    boolean drones(long now) {
      return speaking && now - pausedAt >= BREATHLESS_NANOS;
    }
  }

  /// @param most how many microphones are forwarded at a time
  public Speakers(int most) {
    this.most = most;
  }

  /// A microphone that is open. Told again it changes nothing.
  ///
  /// @param always whether it is forwarded in any case, and takes nobody's place
  public void opened(V microphone, boolean always, long now) {
    if (find(microphone) == null) {
      voices.add(new Voice<>(microphone, always, now));
      choose(now);
    }
  }

  /// It is muted or gone.
  public void closed(V microphone, long now) {
    Voice<V> voice = find(microphone);
    if (voice != null) {
      changes += voice.speaking || voice == active ? 1 : 0;
      voices.remove(voice);
      if (voice == active) {
        active = null;
      }
      judge(now);
      choose(now);
    }
  }

  /// What a microphone's [Loudness] tells.
  public void heard(V microphone, boolean speaking, double activity, double volume, long now) {
    Voice<V> voice = find(microphone);
    if (voice == null) {
      return;
    }
    boolean first = !voice.measured;
    voice.measured = true;
    changes += voice.speaking == speaking ? 0 : 1;
    if (!voice.speaking || !speaking || activity < PAUSE) {
      voice.pausedAt = now;
    }
    voice.speaking = speaking;
    voice.activity = activity;
    voice.volume = volume;
    voice.heardAt = now;
    if (speaking) {
      voice.spokeAt = now;
    }
    judge(now);
    if (first || speaking && !voice.chosen) {
      choose(now);
    }
  }

  // ---- whose turn it is -------------------------------------------------------------------------

  private void judge(long now) {
    Voice<V> holder = active;
    Voice<V> next = null;
    for (Voice<V> voice : voices) {
      if (voice != holder && voice.speaking && fresh(voice, now) && outspeaks(voice, holder, now)) {
        next = next == null || precedes(voice, next, now) ? voice : next;
      }
    }
    if (next != null) {
      active = next;
      activeSince = now;
      voices.forEach(voice -> voice.louder = false);
      changes++;
    }
  }

  private boolean precedes(Voice<V> voice, Voice<V> other, long now) {
    return voice.drones(now) == other.drones(now) ? voice.volume > other.volume : other.drones(now);
  }

  private boolean outspeaks(Voice<V> other, @Nullable Voice<V> holder, long now) {
    if (holder == null || !holder.speaking || !fresh(holder, now)) {
      return true;
    }
    if (other.drones(now) && !holder.drones(now)) {
      other.louder = false;
      return false;
    }
    boolean louder = other.volume >= holder.volume + LOUDER && other.activity > BUSY;
    if (louder && !other.louder) {
      other.louderSince = now;
    }
    other.louder = louder;
    boolean yields = holder.activity < PAUSE || holder.drones(now) && !other.drones(now);
    boolean pause = yields && other.activity > BUSY;
    return now - activeSince >= TURN_NANOS
        && (pause || louder && now - other.louderSince >= OUTSPOKEN_NANOS);
  }

  /// Who speaks is told of all the time: a page that fell silent in the midst of it is gone.
  private static boolean fresh(Voice<?> voice, long now) {
    return now - voice.heardAt < STALE_NANOS;
  }

  // ---- which are forwarded ----------------------------------------------------------------------

  private void choose(long now) {
    int measured = 0;
    int chosen = 0;
    for (Voice<V> voice : voices) {
      measured += voice.competes() ? 1 : 0;
      chosen += voice.competes() && voice.chosen ? 1 : 0;
    }
    changes += limited == measured > most ? 0 : 1;
    limited = measured > most;
    while (chosen < Math.min(most, measured)) {
      take(latest(), now);
      chosen++;
    }
    if (limited) {
      for (Voice<V> voice : voices) {
        if (voice.speaking && !voice.chosen && voice.competes()) {
          exchange(voice, now);
        }
      }
    }
  }

  private void take(@Nullable Voice<V> voice, long now) {
    if (voice != null) {
      voice.chosen = true;
      voice.chosenAt = now;
      changes++;
    }
  }

  /// Of those that are not forwarded, who spoke last.
  private @Nullable Voice<V> latest() {
    Voice<V> latest = null;
    for (Voice<V> voice : voices) {
      if (voice.competes()
          && !voice.chosen
          && (latest == null || voice.spokeAt - latest.spokeAt > 0)) {
        latest = voice;
      }
    }
    return latest;
  }

  /// Takes one who speaks in the place of who has been silent longest; if all speak, of the
  /// quietest, when that one is clearly quieter and has been heard for a while. Who is loud without
  /// a breath counts as silent against one who speaks.
  private void exchange(Voice<V> speaker, long now) {
    Voice<V> silent = null;
    Voice<V> quietest = null;
    for (Voice<V> voice : voices) {
      if (voice.chosen && voice.measured && voice != active) {
        boolean yields = voice.drones(now) && !speaker.drones(now);
        boolean speaks = voice.speaking && fresh(voice, now) && !yields;
        if (!speaks && (silent == null || voice.spokeAt - silent.spokeAt < 0)) {
          silent = voice;
        } else if (speaks && (quietest == null || voice.volume < quietest.volume)) {
          quietest = voice;
        }
      }
    }
    boolean clear =
        quietest != null
            && quietest.volume + LOUDER <= speaker.volume
            && now - quietest.chosenAt >= HEARD_NANOS;
    Voice<V> leaves = silent != null ? silent : clear ? quietest : null;
    if (leaves != null) {
      leaves.chosen = false;
      take(speaker, now);
    }
  }

  // ---- what came of it --------------------------------------------------------------------------

  private @Nullable Voice<V> find(V microphone) {
    for (int i = 0; i < voices.size(); i++) {
      if (voices.get(i).of.equals(microphone)) {
        return voices.get(i);
      }
    }
    return null;
  }

  /// Whose turn it is: who speaks, or spoke last.
  public @Nullable V active() {
    return active == null ? null : active.of;
  }

  /// Who speaks now.
  public List<V> speaking() {
    List<V> all = new ArrayList<>();
    for (Voice<V> voice : voices) {
      if (voice.speaking) {
        all.add(voice.of);
      }
    }
    return all;
  }

  /// Whether only some of the open microphones are forwarded now.
  public boolean limited() {
    return limited;
  }

  /// Whether it is forwarded. One whose sender does not tell how loud it is always is.
  public boolean forwards(V microphone) {
    Voice<V> voice = limited ? find(microphone) : null;
    return voice == null || !voice.competes() || voice.chosen;
  }

  /// Grows with every change of what the above say.
  public long changes() {
    return changes;
  }

  /// dB.
  private static final double LOUDER = 6;

  private static final double BUSY = 0.5;
  private static final double PAUSE = 0.25;
  private static final long TURN_NANOS = 500_000_000L;
  private static final long OUTSPOKEN_NANOS = 800_000_000L;
  private static final long STALE_NANOS = 500_000_000L;
  private static final long HEARD_NANOS = 2_000_000_000L;
  private static final long BREATHLESS_NANOS = 20_000_000_000L;
  private static final long AGES_NANOS = 3_600_000_000_000L;
}
