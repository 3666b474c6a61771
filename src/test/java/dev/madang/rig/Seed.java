package dev.madang.rig;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Where a test's randomness comes from: a parameter of a test method in a class extended with
/// [Seeds], which names it when the test fails.
public record Seed(long value) {
  public RandomGenerator random() {
    return new SplittableRandom(value);
  }

  @Override
  public String toString() {
    return "seed " + value;
  }
}
