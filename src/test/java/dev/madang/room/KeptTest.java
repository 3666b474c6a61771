package dev.madang.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.ChatCleared;
import dev.madang.room.SignalMessage.ClearChat;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.End;
import dev.madang.room.SignalMessage.FileOffer;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.KeepChat;
import dev.madang.room.SignalMessage.Leave;
import dev.madang.room.SignalMessage.Lock;
import dev.madang.room.SignalMessage.Remove;
import dev.madang.room.SignalMessage.RoomChanged;
import dev.madang.room.SignalMessage.Said;
import dev.madang.room.SignalMessage.Say;
import dev.madang.room.SignalMessage.Sent;
import dev.madang.room.SignalMessage.SetLobby;
import dev.madang.room.SignalMessage.Waiting;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What outlives a room, and the server.
class KeptTest {
  private Meeting meeting = new Meeting();

  @Test
  void theLobbyThatAHostSetIsOnInTheNextMeetingAndAfterARestart() {
    Guest ann = meeting.guest("Ann", Meeting.personal("ann", Meeting.MODERATE));
    ann.join();
    ann.send(new SetLobby(true));
    everybodyLeaves(ann);
    assertThat(meeting.guest("Bo", Meeting.personal("bo", Meeting.SPEAK)).join())
        .isInstanceOf(Waiting.class);

    meeting = meeting.restarted(Limits.defaults());
    assertThat(meeting.guest("Bo", Meeting.personal("bo", Meeting.SPEAK)).join())
        .isInstanceOf(Waiting.class);
    Guest host = meeting.guest("Ann", Meeting.personal("ann", Meeting.MODERATE));
    assertThat(host.join()).isInstanceOf(Joined.class);
    assertThat(host.info.lobby()).isTrue();
    host.send(new SetLobby(false));
    everybodyLeaves(host);
    assertThat(meeting.guest("Bo", Meeting.personal("bo", Meeting.SPEAK)).join())
        .isInstanceOf(Joined.class);
  }

  @Test
  void aLockIsOfTheMomentSoThatItLocksNobodyOutForGood() {
    Guest ann = meeting.joins("Ann");
    ann.send(new Lock(true));
    everybodyLeaves(ann);
    assertThat(meeting.joins("Bo").info.locked()).isFalse();
  }

  @Test
  void theLobbyThatARemovalPutsOnEndsWithTheMeeting() {
    Guest ann = meeting.joins("Ann");
    Guest eve = meeting.joins("Eve");
    ann.send(new Remove(eve.identity));
    assertThat(ann.info.lobby()).isTrue();
    everybodyLeaves(ann);
    assertThat(meeting.joins("Bo").info.lobby()).isFalse();
  }

  @Test
  void nothingIsKeptUnlessAHostWantsItAndThenFromThatMomentOn() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    ann.say("1", "before");
    assertThat(Meeting.refusalOf(bo.send(new KeepChat(true)))).isEqualTo(Refusal.NOT_HOST);
    assertThat(Meeting.refusalOf(bo.send(new ClearChat()))).isEqualTo(Refusal.NOT_HOST);
    assertThat(bo.info.chatKept()).isFalse();
    assertThat(ann.send(new KeepChat(true))).isInstanceOf(Done.class);
    assertThat(List.of(ann.info.chatKept(), bo.info.chatKept())).containsExactly(true, true);
    bo.say("1", "after");
    ann.whisper(bo, "2", "between us");
    FileOffer file = new FileOffer("f", "plan.pdf", 1, "", "0".repeat(64));
    ann.send(new Say("3", "", null, file));
    ann.send(new Say("4", "here it is", null, file));
    everybodyLeaves(ann, bo);

    Guest june = meeting.restarted(Limits.defaults()).joins("June");
    assertThat(june.info.chatKept()).isTrue();
    assertThat(june.texts()).containsExactly("after", "here it is");
    assertThat(june.chat.values()).allMatch(message -> message.file() == null);
    Guest july = meeting.joins("July");
    assertThat(july.texts()).containsExactly("after", "here it is");
  }

  @Test
  void aNewcomerReadsTheWholeKeptChatAndNotOnlyTheLastOfIt() {
    Guest ann = meeting.joins("Ann");
    ann.send(new KeepChat(true));
    for (int i = 0; i < 70; i++) {
      ann.say("" + i, "line " + i);
      meeting.passSeconds(1);
    }
    assertThat(meeting.joins("Bo").texts()).hasSize(70);
    assertThat(meeting.restarted(Limits.defaults()).joins("June").texts()).hasSize(70);
  }

  @Test
  void whoComesBackAfterARestartIsTheSameAndWhatIsSaidAgainIsNotSaidTwice() {
    Guest ann = meeting.joins("Ann");
    ann.send(new KeepChat(true));
    Sent sent = (Sent) ann.say("1", "once");
    Meeting next = meeting.restarted(Limits.defaults());
    Guest again = next.joins("Ann");
    assertThat(again.identity).isEqualTo(ann.identity);
    Guest bo = next.joins("Bo");
    assertThat(again.say("1", "once")).isEqualTo(sent);
    assertThat(bo.heard(Said.class)).isEmpty();
    assertThat(bo.texts()).containsExactly("once");
  }

  @Test
  void keptNoMoreItIsGoneForEverybody() {
    Guest ann = meeting.joins("Ann");
    Guest bo = meeting.joins("Bo");
    ann.send(new KeepChat(true));
    ann.say("1", "kept");
    assertThat(ann.send(new KeepChat(false))).isInstanceOf(Done.class);
    assertThat(bo.info.chatKept()).isFalse();
    assertThat(bo.heard(ChatCleared.class)).containsExactly(new ChatCleared(ann.identity));
    bo.say("1", "not kept");
    assertThat(meeting.joins("June").texts()).containsExactly("not kept");
    assertThat(meeting.database.get("standup").messages()).isEmpty();
  }

  @Test
  void theEndForAllDeletesNothingButAHostCan() {
    Guest ann = meeting.joins("Ann");
    ann.send(new KeepChat(true));
    ann.say("1", "kept");
    ann.send(new End());
    Guest bo = meeting.joins("Bo");
    assertThat(bo.texts()).containsExactly("kept");
    Guest away = meeting.joins("June");
    away.loses();
    assertThat(bo.send(new ClearChat())).isInstanceOf(Done.class);
    away.join();
    assertThat(away.heard(ChatCleared.class)).as("hears it when it is back").hasSize(1);
    assertThat(bo.info.chatKept()).isTrue();
    assertThat(meeting.joins("Late").texts()).isEmpty();
    assertThat(meeting.database.get("standup").messages()).isEmpty();
  }

  @Test
  void whoWasRemovedDoesNotComeForTheKeptChatLater() {
    Grant link = Meeting.shared("link", Meeting.SPEAK);
    Guest ann = meeting.guest("Ann", Meeting.personal("ann", Meeting.MODERATE));
    ann.join();
    Guest early = meeting.guest("Early", link);
    early.join();
    ann.send(new Remove(early.identity));
    ann.send(new KeepChat(true));
    Guest eve = meeting.guest("Eve", Meeting.personal("eve", Meeting.SPEAK));
    eve.join();
    ann.send(new SignalMessage.Admit(null));
    ann.say("1", "not for Eve any more");
    ann.send(new Remove(eve.identity));
    everybodyLeaves(ann);

    for (Meeting each : List.of(meeting, meeting.restarted(Limits.defaults()))) {
      meeting = each;
      assertThat(Meeting.refusalOf(comesAgain(eve).join())).isEqualTo(Refusal.REMOVED);
      assertThat(Meeting.refusalOf(comesAgain(early).join())).isEqualTo(Refusal.REMOVED);
      Guest stranger = meeting.guest("Eve in another browser", link);
      assertThat(stranger.join()).as("the lobby stays on").isInstanceOf(Waiting.class);
      stranger.loses();
    }
    Guest host = meeting.guest("Ann", Meeting.personal("ann", Meeting.MODERATE));
    host.join();
    host.send(new KeepChat(false));
    host.send(new SetLobby(false));
    everybodyLeaves(host);
    assertThat(comesAgain(eve).join()).as("nothing is left to read").isInstanceOf(Joined.class);
  }

  @Test
  void aProgramThatStaysKeepsNeitherTheChatNorTheLobbyFromTheNextMeeting() {
    meeting = new Meeting(Limits.defaults(), true);
    Guest ann = meeting.joins("Ann");
    assertThat(meeting.sends(meeting.outsider(null))).isInstanceOf(Entry.In.class);
    ann.say("1", "not kept");
    ann.send(new KeepChat(true));
    ann.send(new SetLobby(true));
    ann.say("2", "kept");
    everybodyLeaves(ann);
    assertThat(meeting.rooms.count()).isOne();
    Guest bo = meeting.joins("Bo");
    assertThat(bo.texts()).containsExactly("kept");
    assertThat(bo.info.lobby()).isTrue();
    assertThat(bo.info.chatKept()).isTrue();
  }

  @Test
  void whileTheDatabaseIsAwayARoomOpensAsRoomsDoAndLearnsTheRestWhenItIsBack() {
    Guest ann = meeting.joins("Ann");
    ann.send(new KeepChat(true));
    ann.send(new SetLobby(true));
    ann.say("1", "kept");
    everybodyLeaves(ann);

    meeting.databaseAway = true;
    Guest bo = meeting.joins("Bo");
    assertThat(bo.info.chatKept()).isFalse();
    assertThat(Meeting.refusalOf(bo.send(new KeepChat(true)))).isEqualTo(Refusal.NOT_KEPT);
    assertThat(bo.info.chatKept()).isFalse();
    bo.say("2", "meanwhile");

    meeting.databaseAway = false;
    meeting.rooms.remember("standup", meeting.kept("standup"), meeting.now);
    meeting.rooms.remember("standup", Kept.NOTHING, meeting.now);
    assertThat(bo.heard(RoomChanged.class)).hasSize(1);
    assertThat(List.of(bo.info.chatKept(), bo.info.lobby())).containsExactly(true, true);
    bo.send(new SetLobby(false));
    assertThat(meeting.joins("June").texts()).containsExactly("kept", "meanwhile");
  }

  @Test
  void whoWasRemovedBeforeGoesWhenTheDatabaseIsBackAndReadsNothing() {
    Guest ann = meeting.joins("Ann");
    Guest eve = meeting.joins("Eve");
    ann.send(new KeepChat(true));
    ann.send(new Remove(eve.identity));
    ann.say("1", "between us");
    everybodyLeaves(ann);

    meeting.databaseAway = true;
    Guest again = comesAgain(eve);
    assertThat(again.join()).isInstanceOf(Joined.class);
    meeting.databaseAway = false;
    meeting.rooms.remember("standup", meeting.kept("standup"), meeting.now);
    assertThat(again.texts()).isEmpty();
    assertThat(Meeting.refusalOf(comesAgain(eve).join())).isEqualTo(Refusal.REMOVED);
  }

  private Guest comesAgain(Guest before) {
    Guest again = meeting.guest(before.name, before.grant);
    again.session = before.session;
    again.device = before.device;
    return again;
  }

  /** And the room is over. */
  private void everybodyLeaves(Guest... all) {
    for (Guest each : all) {
      each.send(new Leave());
    }
    meeting.passSeconds(61);
  }
}
