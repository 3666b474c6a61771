package dev.madang.room.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LayersTest {
  private static final long MS = 1_000_000L;
  private long now;

  @Test
  void measuresWhatEachLayerCosts() {
    Layers layers = new Layers(false);
    flow(layers, 3_000, 2);
    // 30 frames a second of 500 and 2000 bytes, every second one on temporal layer 1.
    assertThat(layers.cost(0, 0)).isBetween(57_000L, 63_000L);
    assertThat(layers.cost(0, 1)).isBetween(115_000L, 125_000L);
    assertThat(layers.cost(1, 1)).isBetween(460_000L, 500_000L);
    assertThat(layers.temporals(0)).isEqualTo(1);
  }

  @Test
  void addsWhatAScalableLayerStandsOn() {
    Layers layers = new Layers(true);
    flow(layers, 3_000, 2);
    assertThat(layers.cost(1, 1)).isBetween(580_000L, 620_000L);
  }

  @Test
  void guessesBeforeItMeasures() {
    Layers layers = new Layers(false);
    layers.declare(0, 180, 120_000);
    assertThat(layers.cost(0, 0)).isEqualTo(120_000);
    layers.height(1, 360);
    assertThat(layers.cost(1, 0)).isBetween(450_000L, 550_000L);
    assertThat(layers.cost(2, 0)).isBetween(1_500_000L, 1_900_000L);
  }

  @Test
  void missesALayerThatFallsSilentWhileOthersFlow() {
    Layers layers = new Layers(false);
    flow(layers, 3_000, 2);
    assertThat(layers.flows(1)).isTrue();
    flow(layers, 1_000, 1);
    assertThat(layers.flows(1)).isFalse();
    assertThat(layers.available(1, now)).isFalse();
    assertThat(layers.cost(1, 1)).isBetween(400_000L, 520_000L);
    flow(layers, 300, 2);
    assertThat(layers.available(1, now)).isTrue();
  }

  @Test
  void doesNotMissALayerThatNobodyAskedFor() {
    Layers layers = new Layers(false);
    flow(layers, 3_000, 2);
    layers.asked(0, now);
    flow(layers, 10_000, 1);
    assertThat(layers.flows(1)).isFalse();
    assertThat(layers.available(1, now)).isTrue();
    assertThat(layers.cost(1, 1)).isBetween(400_000L, 520_000L);

    // Asked for again it has three seconds to come.
    layers.asked(1, now);
    flow(layers, 2_000, 1);
    assertThat(layers.available(1, now)).isTrue();
    flow(layers, 2_000, 1);
    assertThat(layers.available(1, now)).isFalse();
  }

  @Test
  void doesNotTakeAStillScreenForAMissingLayer() {
    Layers layers = new Layers(false);
    flow(layers, 3_000, 2);
    long cost = layers.cost(1, 1);
    now += 60_000 * MS;
    layers.tick(now);
    assertThat(layers.flows(0)).isTrue();
    assertThat(layers.flows(1)).isTrue();
    assertThat(layers.cost(1, 1)).isEqualTo(cost);
  }

  @Test
  void tellsByLinesOrElseByRatesWhichIsLarger() {
    Layers layers = new Layers(false);
    flow(layers, 2_000, 2);
    assertThat(layers.larger(1, 0)).as("it may yet change").isFalse();
    flow(layers, 2_000, 2);
    assertThat(layers.larger(1, 0)).isTrue();
    assertThat(layers.larger(0, 1)).isFalse();
    layers.height(0, 720);
    layers.height(1, 180);
    assertThat(layers.larger(0, 1)).isTrue();
    long cost = layers.cost(1, 1);
    layers.swap(0, 1);
    assertThat(layers.cost(0, 1)).isEqualTo(cost);
    assertThat(layers.height(1)).isEqualTo(720);
    assertThat(layers.larger(0, 1)).isFalse();
  }

  @Test
  void aSizeThatWasAnnouncedAndNeverCameIsThereForTheAsking() {
    Layers layers = new Layers(false);
    layers.offer(3);
    flow(layers, 4_000, 2);
    assertThat(layers.available(2, now)).as("all were asked for, and it did not come").isFalse();
    layers.asked(1, now);
    assertThat(layers.available(2, now)).as("nobody asks for it now").isTrue();
    assertThat(layers.available(3, now)).as("nobody announced it").isFalse();
    layers.asked(2, now);
    flow(layers, 2_000, 2);
    assertThat(layers.available(2, now)).as("it may yet come").isTrue();
    flow(layers, 2_000, 2);
    assertThat(layers.available(2, now)).isFalse();
    flow(layers, 1_000, 3);
    assertThat(layers.available(2, now)).isTrue();
  }

  @Test
  void ignoresLayersBeyondAnyUse() {
    Layers layers = new Layers(false);
    layers.arrived(7, 7, 1000, now);
    layers.height(7, 4320);
    assertThat(layers.available(0, now)).isFalse();
  }

  private void flow(Layers layers, int milliseconds, int spatials) {
    for (int i = 0; i < milliseconds * 30 / 1000; i++) {
      now += 1_000_000_000L / 30;
      for (int spatial = 0; spatial < spatials; spatial++) {
        layers.arrived(spatial, i % 2, spatial == 0 ? 500 : 2000, now);
      }
    }
  }
}
