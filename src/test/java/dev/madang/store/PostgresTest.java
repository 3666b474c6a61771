package dev.madang.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresTest extends KeptRoomsContract {
  private static Postgres postgres;

  @BeforeAll
  static void startPostgres() throws IOException, InterruptedException {
    postgres = new Postgres();
  }

  @AfterAll
  static void stopPostgres() throws IOException, InterruptedException {
    postgres.stop();
  }

  @Override
  Store open() {
    return at(postgres.url());
  }

  private static Store at(String url) {
    return new Store(new Store.Config(url, 4), Path.of("none"));
  }

  @Test
  void aWrongPasswordIsToldWithoutIt() {
    try (Store store = at(postgres.url("wrong%21"))) {
      assertThat(sentenceOf(store))
          .contains("127.0.0.1", "/postgres", "cannot be opened")
          .doesNotContain("wrong");
    }
  }

  @Test
  void aCopyIsMadeByPostgresItself() {
    try (Store store = open()) {
      assertThatThrownBy(() -> store.backup(Path.of("copy"))).hasMessageContaining("pg_dump");
    }
  }

  @Test
  void anAddressThatIsNoneIsToldWithoutItsPassword() {
    for (String url :
        List.of(
            "mysql://a:secret@b/c",
            "postgresql://a:sec ret@b/c",
            "postgresql://a:secret@b",
            "postgresql://a:secret@b/c?x=y",
            "postgresql://a:secret@b:x/c")) {
      assertThatThrownBy(() -> new Store.Config(url, 4))
          .as(url)
          .hasMessageContaining("postgresql://USER:PASSWORD@HOST:5432/NAME")
          .hasMessageNotContaining("sec");
    }
  }
}
