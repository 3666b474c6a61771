package dev.madang.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.room.Kept;
import dev.madang.room.SignalMessage.ChatMessage;
import dev.madang.store.KeptRooms.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteTest extends KeptRoomsContract {
  @TempDir Path data;

  @Override
  Store open() {
    return new Store(Store.Config.defaults(), data);
  }

  @Test
  void thereIsNoFileUntilSomethingIsAskedAndThenOnlyItsOwnerReadsIt() throws IOException {
    try (Store store = open()) {
      assertThat(data).isEmptyDirectory();
      store.results(1).keep("0", Instant.EPOCH);
      try (Stream<Path> files = Files.list(data)) {
        assertThat(files)
            .isNotEmpty()
            .allSatisfy(file ->
                assertThat(Files.getPosixFilePermissions(file))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------")));
      }
    }
  }

  @Test
  void aCopyIsWholeThoughOthersWriteMeanwhile() throws Exception {
    try (Store store = open()) {
      Results results = store.results(1_000_000);
      Results.Kept first = results.keep("first", Instant.EPOCH);
      Thread writer =
          Thread.startVirtualThread(() -> {
            while (results.find(first.id()).size() < 2) {
              results.keep("x".repeat(10_000), Instant.EPOCH);
            }
          });
      Path copy = data.resolve("copy").resolve("madang.db");
      assertThatThrownBy(() -> store.backup(copy)).hasMessageContaining("cannot be written");
      Path folder = copy.getParent();
      assertThat(folder.toFile().mkdir()).isTrue();
      store.backup(copy);
      results.add(first.id(), first.key(), "last");
      writer.join();
      assertThatThrownBy(() -> store.backup(copy)).hasMessageContaining("already");
      Path link = Files.createSymbolicLink(data.resolve("link.db"), data.resolve("nowhere.db"));
      assertThatThrownBy(() -> store.backup(link)).hasMessageContaining("already");
      assertThat(data.resolve("nowhere.db")).doesNotExist();
      try (Store copied = new Store(Store.Config.defaults(), folder)) {
        assertThat(copied.results(1).find(first.id())).containsExactly("first");
      }
    }
  }

  @Test
  void whereThereIsNothingToCopyItIsSaidThatTheServerMayHaveAnotherFolder() {
    try (Store store = open()) {
      assertThatThrownBy(() -> store.backup(data.resolve("copy.db")))
          .hasMessageContaining("nothing was kept yet")
          .hasMessageContaining("--data=FOLDER");
    }
  }

  @Test
  void aCopyHasRoomsAndTheirChatsToo() throws IOException {
    Path folder = Files.createDirectory(data.resolve("copy"));
    Change.Said said =
        new Change.Said("yard", new ChatMessage("1", "~ann", "Ann", "kept", 0, null, null));
    try (Store store = open()) {
      KeptRooms rooms = store.rooms(KeptRooms.Config.defaults());
      rooms.keepChat("yard", true, "network", Instant.EPOCH);
      rooms.write(List.of(said, new Change.Lobby("yard", true)), Instant.EPOCH);
      store.backup(folder.resolve("madang.db"));
      rooms.keepChat("yard", false, "network", Instant.EPOCH);
    }
    try (Store copied = new Store(Store.Config.defaults(), folder)) {
      assertThat(copied.rooms(KeptRooms.Config.defaults()).find("yard", Instant.EPOCH))
          .isEqualTo(new Kept(true, true, List.of(said.message()), List.of()));
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsToldAndLeftAsItIs() throws IOException {
    Path file = Files.writeString(data.resolve("madang.db"), "no database at all".repeat(100));
    try (Store store = open()) {
      assertThat(sentenceOf(store)).contains(file.toString(), "cannot be opened", "not a database");
    }
    assertThat(Files.readString(file)).startsWith("no database at all");
  }

  @Test
  void afterTheEndNothingIsAskedAnyMore() {
    Store store = open();
    store.close();
    assertThat(sentenceOf(store)).startsWith("The database is closed");
  }
}
