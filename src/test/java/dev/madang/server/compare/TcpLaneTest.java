package dev.madang.server.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.wire.Address;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Base64;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpLaneTest {
  private static final int COUNT = 500;
  private static final int SIZE = 1200;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Grants grants = new Grants(CompareDoor.Config.defaults(), timer);
  private final EmbeddedChannel channel = new EmbeddedChannel(new TcpLane(grants));

  @AfterEach
  void stop() {
    channel.finishAndReleaseAll();
    timer.shutdownNow();
  }

  @Test
  void allThatComesAtOnceIsAnsweredSinceNothingIsLostOverTcp() {
    enter();
    channel.writeInbound(questions());
    assertThat(answers()).isEqualTo(COUNT);
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void whoDoesNotReadIsNotReadAndIsAnsweredWhenItDoes() {
    enter();
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    channel.writeInbound(questions());
    assertThat(channel.config().isAutoRead()).isFalse();
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
    channel.runPendingTasks();
    assertThat(channel.config().isAutoRead()).isTrue();
    assertThat(answers()).isEqualTo(COUNT);
  }

  private void enter() {
    Grant grant = grants.give(Address.of(new byte[] {127, 0, 0, 1}, 1), 0, System.nanoTime());
    assertThat(grant).isNotNull();
    channel.writeInbound(
        Unpooled.buffer()
            .writeByte(Probe.OPEN)
            .writeBytes(Base64.getUrlDecoder().decode(grant.token.text())));
  }

  /// As they gather where a busy machine lets nobody read for two seconds.
  private static ByteBuf questions() {
    ByteBuf all = Unpooled.buffer();
    for (int i = 0; i < COUNT; i++) {
      byte[] question = new byte[SIZE];
      Probe.write(question, Probe.ECHO, 4, 0, i, 1);
      all.writeInt(SIZE).writeBytes(question);
    }
    return all;
  }

  private int answers() {
    int bytes = 0;
    for (ByteBuf each = channel.readOutbound(); each != null; each = channel.readOutbound()) {
      bytes += each.readableBytes();
      each.release();
    }
    return bytes / (4 + SIZE);
  }
}
