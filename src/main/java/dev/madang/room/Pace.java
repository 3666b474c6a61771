package dev.madang.room;

import dev.madang.room.Limits.Rate;

/// A token bucket: a burst at once, then a steady rate. Pure.
public final class Pace {
  private final Rate rate;
  private double tokens;
  private long filledAt;

  public Pace(Rate rate, long now) {
    this.rate = rate;
    tokens = rate.burst();
    filledAt = now;
  }

  /** Takes one, if there is one. */
  public boolean allows(long now) {
    return allows(1, now);
  }

  /** Takes so many, if they are there. */
  public boolean allows(int weight, long now) {
    fill(now);
    if (tokens < weight) {
      return false;
    }
    tokens -= weight;
    return true;
  }

  /** Whether so much time went by that it is as good as new. */
  public boolean full(long now) {
    fill(now);
    return tokens >= rate.burst();
  }

  private void fill(long now) {
    tokens = Math.min(rate.burst(), tokens + (now - filledAt) * rate.perSecond() / 1e9);
    filledAt = now;
  }
}
