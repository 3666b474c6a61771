package dev.madang.server.whip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.server.signal.Invitation;
import dev.madang.server.signal.SignalClient;
import dev.madang.server.webrtc.Ending;
import dev.madang.server.webrtc.MediaDoor;
import dev.madang.server.webrtc.Vitals;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// WHIP in and WHEP out, with clients of our own over loopback.
class WhipDoorTest {
  @TempDir Path data;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsSentByWhipIsReceivedByWhep(boolean overTcp) throws Exception {
    try (WhipRig rig = rig(true)) {
      WhipRig.Far sender = rig.sender(overTcp).at("/whip/yard");
      WhipRig.Far one = rig.receiver().at("/whep/yard");
      WhipRig.Far other = rig.receiver().at("/whep/yard");
      int begun = untilBothReceive(sender, one, other);
      byte[] frame = keyframe(900);
      Random random = new Random(5);
      for (int i = 0; i < 20; i++) {
        sender.send(rtp(111, 1111, 100 + i, i * 960, sound(random)));
        sender.send(rtp(96, 2222, 500 + begun + i, (begun + i) * 3000, frame));
      }
      for (WhipRig.Far each : new WhipRig.Far[] {one, other}) {
        assertThat(List.of(payloads(each, 96, 900, 20))).allMatch(it -> Arrays.equals(it, frame));
        assertThat(each.ended).isNotDone();
      }
      assertThat(rig.meter("rtp.in")).isEqualTo(40 + begun);
    }
  }

  /// Who is connected is served a moment later, when the loop of its transport has heard of the
  /// track: sends pictures until both have one, and answers how many those were.
  private static int untilBothReceive(WhipRig.Far sender, WhipRig.Far one, WhipRig.Far other) {
    byte[] frame = keyframe(500);
    AtomicInteger sent = new AtomicInteger();
    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          int n = sent.getAndIncrement();
          sender.send(rtp(96, 2222, 500 + n, n * 3000, frame));
          return !one.rtp.isEmpty() && !other.rtp.isEmpty();
        });
    return sent.get();
  }

  @Test
  void whoReadsKoreanIsRefusedInKorean() throws Exception {
    try (WhipRig rig = rig(false)) {
      String offer = rig.sender(false).offer;
      HttpResponse<String> none = korean(rig, "/whip/yard", offer);
      assertThat(none.statusCode()).isEqualTo(401);
      assertThat(none.body()).contains("초대가 있어야");
      HttpResponse<String> wrong =
          rig.request(
              "POST",
              "/whip/" + "x".repeat(70),
              offer,
              "content-type",
              "application/sdp",
              "accept-language",
              "ko");
      assertThat(wrong.statusCode()).isEqualTo(404);
      assertThat(wrong.body()).contains("방 이름은");
      assertThat(rig.post("/whip/yard", offer).body()).contains("needs an invitation");
    }
    try (WhipRig rig = rig(true)) {
      HttpResponse<String> nobody = korean(rig, "/whep/yard", rig.receiver().offer);
      assertThat(nobody.statusCode()).isEqualTo(409);
      assertThat(nobody.body()).contains("아직 보내는 사람이 없습니다");
      HttpResponse<String> gone =
          rig.request("DELETE", "/whip/yard/none", "", "accept-language", "ko-KR");
      assertThat(gone.statusCode()).isEqualTo(404);
      assertThat(gone.body()).contains("그런 연결이 없습니다");
    }
  }

  @Test
  void aSessionInARoomWithAKoreanNameIsEndedAtItsAddress() throws Exception {
    try (WhipRig rig = rig(true)) {
      WhipRig.Far sender = rig.sender(false).at("/whip/%ED%9A%8C%EC%9D%98");
      assertThat(sender.location).startsWith("/whip/%ED%9A%8C%EC%9D%98/");
      assertThat(rig.request("DELETE", sender.location, "").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void fourProgramsOfOneTokenAreInARoomAndNoFifth() throws Exception {
    try (WhipRig rig = rig(true)) {
      List<WhipRig.Far> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(rig.sender(false).at("/whip/yard"));
      }
      HttpResponse<String> fifth = rig.post("/whip/yard", rig.sender(false).offer);
      assertThat(fifth.statusCode()).isEqualTo(429);
      assertThat(fifth.body()).startsWith("4 programs send into this room");
      rig.sender(false).at("/whip/elsewhere");
      assertThat(rig.request("DELETE", all.getFirst().location, "").statusCode()).isEqualTo(200);
      await().until(() -> rig.post("/whip/yard", rig.sender(false).offer).statusCode() == 201);
    }
    try (WhipRig rig = rig(false)) {
      String[] tokens = {rig.token(Invitation.to("yard")), rig.token(Invitation.to("yard"))};
      for (int i = 0; i < 8; i++) {
        assertThat(bearing(rig, "/whip/yard", rig.sender(false).offer, tokens[i % 2]).statusCode())
            .isEqualTo(201);
      }
      assertThat(bearing(rig, "/whip/yard", rig.sender(false).offer, tokens[0]).statusCode())
          .isEqualTo(429);
    }
  }

  @Test
  void whoWatchesFollowsAProgramThatIsStartedAnew() throws Exception {
    try (WhipRig rig = rig(true)) {
      WhipRig.Far sender = rig.sender(false).at("/whip/yard");
      WhipRig.Far watcher = rig.receiver().at("/whep/yard");
      byte[] before = untilPicture(sender, watcher, 500);
      assertThat(rig.request("DELETE", sender.location, "").statusCode()).isEqualTo(200);
      WhipRig.Far anew = rig.sender(false).at("/whip/yard");
      byte[] after = untilPicture(anew, watcher, 600);
      assertThat(Arrays.copyOfRange(after, 8, 12)).isEqualTo(Arrays.copyOfRange(before, 8, 12));
      int numbers = (short) (number(after) - number(before));
      assertThat(numbers).isBetween(1, 1000);
      assertThat(watcher.ended).isNotDone();
      rig.request("DELETE", anew.location, "");
    }
  }

  @Test
  void whoWatchesIsShownWhatIsOnAndNotWhatIsMuted() throws Exception {
    try (WhipRig rig = rig(true);
        SignalClient ann = rig.person("yard", "Ann", "")) {
      WhipRig.Far one = rig.sender(false).at("/whip/yard");
      String film = ann.next("participantJoined").path("participant").path("identity").asString();
      WhipRig.Far other = rig.sender(false).at("/whip/yard");
      WhipRig.Far watcher = rig.receiver().at("/whep/yard");
      untilPicture(one, watcher, 500);
      ann.ask("mute", SignalClient.fields("identity", film, "source", "camera"));
      untilPicture(other, watcher, 600);
    }
  }

  /// Sends keyframes of this length until one has come, and answers that.
  private static byte[] untilPicture(WhipRig.Far from, WhipRig.Far to, int length) {
    AtomicInteger sent = new AtomicInteger();
    AtomicReference<byte[]> found = new AtomicReference<>();
    RtpPacket packet = new RtpPacket();
    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          int n = sent.getAndIncrement();
          from.send(rtp(96, 2222, 500 + n, n * 3000, keyframe(length)));
          for (byte[] bytes = to.rtp.poll(); bytes != null; bytes = to.rtp.poll()) {
            if (packet.read(bytes, 0, bytes.length) && packet.payloadLength() == length) {
              found.set(bytes);
            }
          }
          return found.get() != null;
        });
    return found.get();
  }

  private static int number(byte[] packet) {
    return (packet[2] & 0xFF) << 8 | packet[3] & 0xFF;
  }

  private static HttpResponse<String> korean(WhipRig rig, String path, String offer)
      throws Exception {
    return rig.request(
        "POST",
        path,
        offer,
        "content-type",
        "application/sdp",
        "accept-language",
        "ko-KR,ko;q=0.9");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoeverRunsTheServerReadsWhatFlowsAndHow(boolean overTcp) throws Exception {
    try (WhipRig rig = rig(true)) {
      WhipRig.Far sender = rig.sender(overTcp).at("/whip/yard");
      WhipRig.Far watcher = rig.receiver().at("/whep/yard");
      byte[] frame = keyframe(500);
      AtomicInteger sent = new AtomicInteger();
      await()
          .pollInterval(Duration.ofMillis(20))
          .atMost(Duration.ofSeconds(20))
          .until(() -> {
            int n = sent.getAndIncrement();
            // Of eleven packets one is never sent.
            sender.send(rtp(96, 2222, n + n / 10, n * 3000, frame));
            List<Vitals> all = rig.look("yard");
            return all.size() == 2
                && all.get(0).bits() > 10_000
                && !all.get(0).tcp()
                && all.get(1).tcp() == overTcp
                && all.get(1).loss() > 0.02
                && all.get(1).loss() < 0.2
                && all.get(1).layers().values().stream().anyMatch(bits -> bits.getFirst() > 10_000);
          });
      watcher.session.close();
      await().atMost(Duration.ofSeconds(20)).until(() -> rig.look("yard").size() == 1);
    }
  }

  @Test
  void theEndOfTheSenderEndsWhoWatchesNothingElse() throws Exception {
    try (WhipRig rig = rig(true)) {
      WhipRig.Far sender = rig.sender(false).at("/whip/yard");
      WhipRig.Far watcher = rig.receiver().at("/whep/yard");
      assertThat(rig.request("DELETE", sender.location, "").statusCode()).isEqualTo(200);
      assertThat(sender.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Ending.LEFT);
      assertThat(watcher.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Ending.LEFT);
      await().until(() -> rig.request("DELETE", sender.location, "").statusCode() == 404);
      assertThat(rig.meter("transports")).isZero();
      assertThat(rig.post("/whep/yard", rig.receiver().offer).statusCode()).isEqualTo(409);
    }
  }

  @Test
  void anIceRestartByPatchGoesOnWithTheSameMedia() throws Exception {
    try (WhipRig rig = rig(true)) {
      WhipRig.Far sender = rig.sender(false).at("/whip/yard");
      WhipRig.Far watcher = rig.receiver().at("/whep/yard");
      HttpResponse<String> restarted = patch(rig, sender.location, sender.session.restart(), "*");
      assertThat(restarted.statusCode()).isEqualTo(200);
      assertThat(restarted.headers().firstValue("etag")).isPresent().isNotEqualTo(sender.etag);
      sender.session.restarted(WhipRig.loopbackOnly(restarted.body()));
      byte[] frame = keyframe(500);
      await()
          .pollInterval(Duration.ofMillis(20))
          .atMost(Duration.ofSeconds(20))
          .until(() -> {
            sender.send(rtp(96, 2222, 500 + watcher.rtp.size(), 0, frame));
            return watcher.rtp.size() > 3;
          });
      // News of the ICE session before is news of nothing.
      assertThat(patch(rig, sender.location, "", sender.etag).statusCode()).isEqualTo(412);
    }
  }

  @Test
  void iceIsRestartedTenTimesAtOnceAndThenOnceASecond() throws Exception {
    try (WhipRig rig = rig(true)) {
      WhipRig.Far sender = rig.sender(false).at("/whip/yard");
      for (int i = 0; i < 10; i++) {
        assertThat(patch(rig, sender.location, anIce(i), "*").statusCode()).isEqualTo(200);
      }
      // Each second that went by allowed one more.
      HttpResponse<String> refused = patch(rig, sender.location, anIce(10), "*");
      for (int i = 11; refused.statusCode() == 200; i++) {
        refused = patch(rig, sender.location, anIce(i), "*");
      }
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body()).contains("wait a second");
      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
    }
  }

  private static String anIce(int number) {
    return "a=ice-ufrag:far%d\r\na=ice-pwd:%022d\r\n".formatted(number, number);
  }

  @Test
  void trickledCandidatesAreTakenUnderTheEtagAlone() throws Exception {
    try (WhipRig rig = rig(true)) {
      WhipRig.Far sender = rig.sender(false).at("/whip/yard");
      String news =
          "a=mid:0\r\na=candidate:1 1 udp 1 x.local 9999 typ host\r\na=end-of-candidates\r\n";
      HttpResponse<String> taken = patch(rig, sender.location, news, sender.etag);
      assertThat(taken.statusCode()).isEqualTo(204);
      assertThat(taken.headers().firstValue("etag")).isEmpty();
      assertThat(patch(rig, sender.location, news, "\"other\"").statusCode()).isEqualTo(412);
      HttpResponse<String> bare =
          rig.request("PATCH", sender.location, news, "content-type", FRAGMENT);
      assertThat(bare.statusCode()).isEqualTo(428);
      assertThat(
              rig.request(
                      "PATCH", sender.location, news, "content-type", "text/plain", "if-match", "*")
                  .statusCode())
          .isEqualTo(415);
      assertThat(patch(rig, sender.location + "x", news, "*").statusCode()).isEqualTo(404);
      assertThat(patch(rig, sender.location, "a=ice-ufrag:abcd\r\n", "*").statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void whatCannotBeAnsweredIsMetByAnOfferThatAPlayerMayTake() throws Exception {
    try (WhipRig rig = rig(true)) {
      WhipRig.Far sender = rig.sender(false).at("/whip/yard");
      WhipRig.Far player = rig.receiver();
      String strange = player.offer.replaceAll("VP8|VP9|H264|H265|AV1|opus|red", "brass");
      HttpResponse<String> counter = rig.post("/whep/yard", strange);
      assertThat(counter.statusCode()).isEqualTo(406);
      assertThat(counter.headers().firstValue("content-type")).hasValue("application/sdp");
      String session = counter.headers().firstValue("location").orElseThrow();

      WhipRig.Far taker = rig.taker();
      String answer = taker.session.answer(WhipRig.loopbackOnly(counter.body()));
      assertThat(answering(rig, session, "v=0\r\nrubbish").statusCode()).isEqualTo(400);
      assertThat(answering(rig, session, answer).statusCode()).isEqualTo(204);
      assertThat(answering(rig, session, answer).statusCode()).isEqualTo(409);
      assertThat(answering(rig, session + "x", answer).statusCode()).isEqualTo(404);
      taker.connected.get(40, TimeUnit.SECONDS);
      untilBothReceive(sender, taker, taker);
    }
  }

  @Test
  void answersWithLinksToRelaysAndAnUnguessableUrl() throws Exception {
    try (WhipRig rig = rig(true)) {
      HttpResponse<String> answer = rig.post("/whip/yard", rig.sender(false).offer);
      assertThat(answer.statusCode()).isEqualTo(201);
      assertThat(answer.headers().firstValue("content-type")).hasValue("application/sdp");
      assertThat(answer.headers().firstValue("location").orElseThrow())
          .matches("/whip/yard/[A-Za-z0-9_-]{20,}");
      assertThat(answer.headers().allValues("link"))
          .containsExactly(
              "<stun:127.0.0.1:7700>; rel=\"ice-server\"",
              "<turn:127.0.0.1:7700>; rel=\"ice-server\"; username=\"u\"; credential=\"p\";"
                  + " credential-type=\"password\"");
    }
  }

  @Test
  void saysInASentenceWhatIsWrong() throws Exception {
    try (WhipRig rig = rig(true)) {
      String offer = rig.sender(false).offer;
      assertThat(rig.request("POST", "/whip/yard", offer, "content-type", "text/plain"))
          .returns(415, HttpResponse::statusCode);
      assertThat(rig.post("/whip/yard", "v=0\r\nnothing")).returns(400, HttpResponse::statusCode);
      assertThat(rig.post("/whip/yard", "v".repeat(100_000)))
          .returns(413, HttpResponse::statusCode);
      assertThat(rig.post("/whip/a%20b", offer)).returns(404, HttpResponse::statusCode);
      HttpResponse<String> strange =
          rig.post("/whip/yard", offer.replace("opus/48000/2", "brass/48000/2"));
      assertThat(strange.statusCode()).isEqualTo(422);
      assertThat(strange.body()).endsWith(".\n").hasLineCount(1);
      HttpResponse<String> nobody = rig.post("/whep/yard", rig.receiver().offer);
      assertThat(nobody.statusCode()).isEqualTo(409);
      assertThat(nobody.headers().firstValue("retry-after")).isPresent();
      assertThat(rig.request("PUT", "/whip/yard", "x").statusCode()).isEqualTo(405);
      await().until(() -> rig.meter("transports") == 0);
    }
  }

  @Test
  void tellsPlayersAndPagesWhatItIs() throws Exception {
    try (WhipRig rig = rig(true)) {
      HttpResponse<String> options = rig.request("OPTIONS", "/whip/yard", "");
      assertThat(options.statusCode()).isEqualTo(200);
      assertThat(options.headers().firstValue("accept-post")).hasValue("application/sdp");
      assertThat(rig.request("HEAD", "/whep/yard", "").headers().firstValue("content-type"))
          .hasValue("application/sdp");
      assertThat(rig.request("GET", "/whip/yard", "").statusCode()).isEqualTo(204);
    }
  }

  @Test
  void withoutAnInvitationNobodyEnters() throws Exception {
    try (WhipRig rig = rig(false)) {
      String offer = rig.sender(false).offer;
      HttpResponse<String> bare = rig.post("/whip/yard", offer);
      assertThat(bare.statusCode()).isEqualTo(401);
      assertThat(bare.headers().firstValue("www-authenticate")).hasValue("Bearer");
      Invitation yard = Invitation.to("yard");
      assertThat(bearing(rig, "/whip/yard", offer, "rubbish").statusCode()).isEqualTo(401);
      assertThat(bearing(rig, "/whip/other", offer, rig.token(yard)).statusCode()).isEqualTo(403);
      assertThat(bearing(rig, "/whip/yard", offer, rig.token(yard.onlyToWatch())).statusCode())
          .isEqualTo(403);
      assertThat(bearing(rig, "/whip/yard", offer, rig.token(yard)).statusCode()).isEqualTo(201);
      String watching = rig.receiver().offer;
      assertThat(bearing(rig, "/whep/yard", watching, rig.token(yard.onlyToWatch())).statusCode())
          .isEqualTo(201);
    }
  }

  @Test
  void aFullServerSaysSo() throws Exception {
    MediaDoor.Config usual = MediaDoor.Config.defaults();
    MediaDoor.Config small =
        new MediaDoor.Config(
            true,
            usual.addresses(),
            1,
            0,
            usual.connectTimeout(),
            4,
            4,
            5,
            true,
            65_536,
            usual.tcpPatience());
    try (WhipRig rig = new WhipRig(data, true, small)) {
      String offer = rig.sender(false).offer;
      assertThat(rig.post("/whip/yard", offer).statusCode()).isEqualTo(201);
      HttpResponse<String> refused = rig.post("/whip/yard", offer);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("retry-after")).isPresent();
    }
  }

  @Test
  void whoSendsByWhipIsInTheRoomUntilTheSessionEnds() throws Exception {
    try (WhipRig rig = rig(true);
        SignalClient ann = rig.person("yard", "Ann", "")) {
      WhipRig.Far sender = rig.sender(false);
      sender.at("/whip/yard?name=Film");
      JsonNode film = ann.next("participantJoined").path("participant");
      assertThat(film.path("program").asBoolean()).isTrue();
      assertThat(film.path("name").asString()).isEqualTo("Film");
      assertThat(film.path("tracks").findValuesAsString("source"))
          .containsExactly("microphone", "camera");
      assertThat(rig.request("DELETE", sender.location, "").statusCode()).isEqualTo(200);
      assertThat(ann.next("participantLeft").path("reason").asString()).isEqualTo("left");
    }
  }

  @Test
  void aMutedProgramIsNotForwarded() throws Exception {
    try (WhipRig rig = rig(true);
        SignalClient ann = rig.person("yard", "Ann", "")) {
      WhipRig.Far sender = rig.sender(false).at("/whip/yard");
      String film = ann.next("participantJoined").path("participant").path("identity").asString();
      WhipRig.Far watcher = rig.receiver().at("/whep/yard");
      untilBothReceive(sender, watcher, watcher);
      ann.ask("mute", SignalClient.fields("identity", film, "source", "camera"));
      // The sound that goes on tells when the picture would have come.
      byte[] frame = keyframe(700);
      Random random = new Random(6);
      AtomicInteger sent = new AtomicInteger(1000);
      await()
          .pollInterval(Duration.ofMillis(20))
          .until(() -> {
            watcher.rtp.clear();
            int n = sent.getAndIncrement();
            for (int i = 0; i < 5; i++) {
              sender.send(rtp(96, 2222, n * 5 + i, n * 3000, frame));
              sender.send(rtp(111, 1111, n * 5 + i, n * 960, sound(random)));
            }
            List<byte[]> got = untilSound(watcher);
            return got.stream().noneMatch(packet -> (packet[1] & 0x7F) == 96);
          });
    }
  }

  /// What comes until five packets of sound have.
  private static List<byte[]> untilSound(WhipRig.Far watcher) throws InterruptedException {
    List<byte[]> got = new ArrayList<>();
    for (int sounds = 0; sounds < 5; ) {
      byte[] packet = watcher.rtp.poll(20, TimeUnit.SECONDS);
      assertThat(packet).isNotNull();
      got.add(packet);
      sounds += (packet[1] & 0x7F) == 111 ? 1 : 0;
    }
    return got;
  }

  @Test
  void aRemovedIdentityLosesItsSessionsAndGetsNoOthers() throws Exception {
    try (WhipRig rig = rig(false);
        SignalClient ann = rig.person("yard", "Ann", rig.token(ANN))) {
      String hers = rig.token(Invitation.to("yard").forPerson("cy"));
      WhipRig.Far sender = rig.sender(false).bearing(hers).at("/whip/yard");
      WhipRig.Far watcher = rig.receiver().bearing(hers).at("/whep/yard");
      untilBothReceive(sender, watcher, watcher);
      SignalClient cy = rig.person("yard", "Cy", hers);
      assertThat(ann.ask("remove", SignalClient.fields("identity", "cy")).path("type").asString())
          .isEqualTo("done");
      assertThat(sender.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Ending.LEFT);
      assertThat(watcher.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Ending.LEFT);
      for (WhipRig.Far ended : List.of(sender, watcher)) {
        HttpResponse<String> over = rig.delete(ended.location, "en");
        assertThat(over.statusCode()).isEqualTo(410);
        assertThat(over.body()).startsWith("You were removed").contains("has to knock");
        assertThat(rig.delete(ended.location, "ko").body()).startsWith("회의에서 내보내졌습니다.");
      }
      for (String path : List.of("/whip/yard", "/whep/yard")) {
        String offer = path.startsWith("/whip") ? rig.sender(false).offer : rig.receiver().offer;
        HttpResponse<String> refused = bearing(rig, path, offer, hers);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).startsWith("You were removed");
        assertThat(refused.headers().allValues("link")).isEmpty();
      }
      cy.close();
    }
  }

  @Test
  void aClosedRoomRefusesProgramsInWordsUnlessTheyModerate() throws Exception {
    try (WhipRig rig = rig(false);
        SignalClient ann = rig.person("yard", "Ann", rig.token(ANN))) {
      ann.ask("lock", SignalClient.fields("locked", true));
      HttpResponse<String> refused =
          bearing(rig, "/whip/yard", rig.sender(false).offer, rig.token(Invitation.to("yard")));
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("has to knock");
      assertThat(refused.headers().allValues("link")).isEmpty();
      assertThat(bearing(rig, "/whip/yard", rig.sender(false).offer, rig.token(ANN)).statusCode())
          .isEqualTo(201);
      HttpResponse<String> watching =
          bearing(rig, "/whep/yard", rig.receiver().offer, rig.token(Invitation.to("yard")));
      assertThat(watching.statusCode()).isEqualTo(403);
    }
  }

  @Test
  void whoEndsTheMeetingEndsWhatIsSentAndWatched() throws Exception {
    try (WhipRig rig = rig(true);
        SignalClient ann = rig.person("yard", "Ann", "")) {
      WhipRig.Far sender = rig.sender(false).at("/whip/yard");
      WhipRig.Far watcher = rig.receiver().at("/whep/yard");
      untilBothReceive(sender, watcher, watcher);
      ann.ask("end", SignalClient.fields());
      assertThat(sender.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Ending.LEFT);
      assertThat(watcher.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Ending.LEFT);
      HttpResponse<String> over = rig.delete(sender.location, "en");
      assertThat(over.statusCode()).isEqualTo(410);
      assertThat(over.body()).startsWith("The meeting was ended for everybody.");
    }
  }

  @Test
  void anOfferOfNoUseIsCalledThatBeforeTheRoomIs() throws Exception {
    try (WhipRig rig = rig(true)) {
      for (String junk : List.of("v=0\r\nnothing", "rubbish", rig.sender(false).offer)) {
        HttpResponse<String> refused = rig.post("/whep/nobody", junk);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).startsWith("This cannot be read: ");
      }
      HttpResponse<String> unknown = rig.request("DELETE", "/whip/yard/unknown", "");
      assertThat(unknown.statusCode()).isEqualTo(404);
      assertThat(unknown.body()).startsWith("There is no such session");
    }
  }

  private WhipRig rig(boolean open) throws Exception {
    return new WhipRig(data, open, MediaDoor.Config.defaults());
  }

  private static HttpResponse<String> patch(WhipRig rig, String path, String fragment, String etag)
      throws Exception {
    return rig.request("PATCH", path, fragment, "content-type", FRAGMENT, "if-match", etag);
  }

  private static HttpResponse<String> answering(WhipRig rig, String path, String answer)
      throws Exception {
    return rig.request("PATCH", path, answer, "content-type", "application/sdp");
  }

  private static HttpResponse<String> bearing(WhipRig rig, String path, String offer, String token)
      throws Exception {
    return rig.request(
        "POST", path, offer, "content-type", "application/sdp", "authorization", "bearer " + token);
  }

  /// The payloads of the next packets of this type, in order of their numbers.
  private static byte[][] payloads(WhipRig.Far far, int type, int length, int count)
      throws InterruptedException {
    byte[][] found = new byte[count][];
    RtpPacket packet = new RtpPacket();
    int first = -1;
    for (int i = 0; i < count; ) {
      byte[] bytes = far.rtp.poll(20, TimeUnit.SECONDS);
      assertThat(bytes).as("packet %d", i).isNotNull();
      assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
      if (packet.payloadType() == type && packet.payloadLength() == length) {
        first = first < 0 ? packet.sequence() : first;
        assertThat(packet.sequence()).isEqualTo(first + i);
        found[i++] =
            Arrays.copyOfRange(bytes, packet.payloadOffset(), packet.payloadOffset() + length);
      }
    }
    return found;
  }

  private static byte[] rtp(int type, int ssrc, int sequence, int timestamp, byte[] payload) {
    byte[] packet = new byte[12 + payload.length];
    packet[0] = (byte) 0x80;
    packet[1] = (byte) (0x80 | type);
    packet[2] = (byte) (sequence >>> 8);
    packet[3] = (byte) sequence;
    for (int i = 0; i < 4; i++) {
      packet[4 + i] = (byte) (timestamp >>> 24 - 8 * i);
      packet[8 + i] = (byte) (ssrc >>> 24 - 8 * i);
    }
    System.arraycopy(payload, 0, packet, 12, payload.length);
    return packet;
  }

  private static byte[] sound(Random random) {
    byte[] sound = new byte[80];
    random.nextBytes(sound);
    sound[0] = 0x78;
    return sound;
  }

  /// RFC 7741 §4.2, 4.3: the first packet of a frame that needs no other, 640 x 480.
  private static byte[] keyframe(int length) {
    byte[] payload = new byte[length];
    byte[] head = {0x10, 0x10, 0, 0, (byte) 0x9D, 0x01, 0x2A, (byte) 0x80, 0x02, (byte) 0xE0, 0x01};
    System.arraycopy(head, 0, payload, 0, head.length);
    return payload;
  }

  private static final Invitation ANN = Invitation.to("yard").forPerson("ann").asModerator();
  private static final String FRAGMENT = "application/trickle-ice-sdpfrag";
}
