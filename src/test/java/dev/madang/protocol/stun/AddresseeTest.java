package dev.madang.protocol.stun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AddresseeTest {
  private static final TransactionId ID = TransactionId.random(new Random(1));

  @Test
  void checksOfIceAreForMediaAndPlainBindingsForTheRelay() {
    StunMessage plain = StunMessage.request(StunMessage.BINDING, ID);
    StunMessage check =
        StunMessage.request(
            StunMessage.BINDING,
            ID,
            new StunAttribute.Software("padded by one byte"),
            new StunAttribute.Username("ours:theirs"));
    assertThat(of(plain.write())).isEqualTo(Addressee.RELAY);
    assertThat(of(check.write())).isEqualTo(Addressee.MEDIA);
    assertThat(of(check.write(IntegrityKey.shortTerm("secret"), true))).isEqualTo(Addressee.MEDIA);
    assertThat(of(check.success().write())).isEqualTo(Addressee.MEDIA);
    assertThat(of(StunMessage.indication(StunMessage.BINDING, ID).write()))
        .isEqualTo(Addressee.MEDIA);
  }

  @Test
  void requestsOfTurnAreForTheRelayAlsoWhenTheyNameAUser() {
    for (int method :
        new int[] {StunMessage.ALLOCATE, StunMessage.REFRESH, StunMessage.CHANNEL_BIND}) {
      StunMessage request = StunMessage.request(method, ID, new StunAttribute.Username("ann"));
      assertThat(of(request.write())).isEqualTo(Addressee.RELAY);
    }
    assertThat(of(StunMessage.indication(StunMessage.SEND, ID).write())).isEqualTo(Addressee.RELAY);
  }

  @Test
  void theFirstByteTellsTheRest() {
    for (int first = 0; first < 256; first++) {
      byte[] bytes = new byte[40];
      bytes[0] = (byte) first;
      Addressee expected =
          first >= 64 && first < 128
              ? Addressee.RELAY
              : first >= 20 && first < 64 || first >= 128 && first < 192
                  ? Addressee.MEDIA
                  : first >= 192 && first < 196 ? Addressee.PROBE : Addressee.NOBODY;
      assertThat(of(bytes)).as("%d", first).isEqualTo(expected);
    }
    assertThat(of(new byte[] {(byte) 0x80})).isEqualTo(Addressee.NOBODY);
  }

  @Test
  void readsNothingPastTheEnd() {
    byte[] check =
        StunMessage.request(StunMessage.BINDING, ID, new StunAttribute.Software("abc")).write();
    Fuzz.each(
        50,
        seed -> {
          for (int i = 0; i < 200; i++) {
            of(Fuzz.mutate(check, seed.random()));
          }
        });
  }

  private static Addressee of(byte[] bytes) {
    return Addressee.of(bytes, 0, bytes.length);
  }
}
