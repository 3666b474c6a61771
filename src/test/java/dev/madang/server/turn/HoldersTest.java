package dev.madang.server.turn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HoldersTest {
  private static final long NOW = 1_800_000_000;
  private final Holders holders = new Holders(3600);

  @Test
  void aCredentialIsGoodForGoingOnAsLongAsANewerOneHolds() {
    long first = holders.issue("ann", NOW);
    assertThat(first).isEqualTo(NOW + 3600);
    assertThat(holders.mayGoOn("ann", first, NOW + 3599)).isTrue();
    assertThat(holders.mayGoOn("ann", first, NOW + 3600)).isFalse();
    holders.issue("ann", NOW + 2700);
    assertThat(holders.mayGoOn("ann", first, NOW + 6299)).isTrue();
    assertThat(holders.mayGoOn("ann", first, NOW + 6300)).isFalse();
    assertThat(holders.mayGoOn("bob", first, NOW + 3600)).isFalse();
  }

  @Test
  void whoIsRevokedNeitherBeginsNorGoesOnWithWhatItHeld() {
    long held = holders.issue("ann", NOW);
    holders.issue("bob", NOW);
    holders.revoke("ann", NOW + 10);
    assertThat(holders.mayBegin("ann", held)).isFalse();
    assertThat(holders.mayGoOn("ann", held, NOW + 10)).isFalse();
    assertThat(holders.mayBegin("bob", held)).isTrue();
  }

  @Test
  void aCredentialThatIsHandedOutAfterARevocationIsGoodEvenInTheSameSecond() {
    long held = holders.issue("ann", NOW);
    holders.revoke("ann", NOW);
    long fresh = holders.issue("ann", NOW);
    assertThat(holders.mayBegin("ann", held)).isFalse();
    assertThat(holders.mayBegin("ann", fresh)).isTrue();
    assertThat(holders.mayGoOn("ann", fresh, NOW)).isTrue();
  }

  @Test
  void aUserWithAPasswordIsAlwaysGood() {
    assertThat(holders.mayBegin("ann", Long.MAX_VALUE)).isTrue();
    assertThat(holders.mayGoOn("ann", Long.MAX_VALUE, NOW)).isTrue();
  }
}
