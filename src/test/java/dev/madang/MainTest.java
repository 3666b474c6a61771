package dev.madang;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the command line says to whoever typed something that does not go. */
class MainTest {
  @TempDir Path data;

  record Said(int code, String out, String err) {}

  @Test
  void aRoomThatCannotBeIsTheOnlyThingSaid() throws IOException {
    Files.writeString(data.resolve("grants.key"), "k".repeat(43));
    Said said = say("invite", "a b", "--data=" + data);
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err().strip())
        .isEqualTo("A room's name has 1 to 64 letters, digits, hyphens, underscores or dots.");
    Said good = say("invite", "standup", "--data=" + data);
    assertThat(good.out()).startsWith("http://localhost:7700/r/standup#token=");
    assertThat(good.err()).contains("This link works on this computer only");
  }

  @Test
  void theHelpOfEveryCommandNamesTheSettingsMostUsedAndWhereAllAre() {
    for (String command : List.of("dev", "start", "invite", "admin", "config check")) {
      Said said = say((command + " --help").split(" "));
      assertThat(said.code()).as(command).isZero();
      assertThat(said.out())
          .contains("--http.port=", "--udp.port=", "--url=", "--data=", "--config")
          .contains("madang config check", "madang.yml");
    }
  }

  @Test
  void theSettingsNamedInTheHelpAreThere() {
    String help = say("dev", "--help").out();
    List<String> keys = new ConfigReader().keys();
    var named = Pattern.compile("--([a-z]+(?:\\.[a-z]+)*)(?==)|--(http\\.tls\\.key)").matcher(help);
    int found = 0;
    while (named.find()) {
      String key = named.group(1) == null ? named.group(2) : named.group(1);
      if (!key.equals("config")) {
        assertThat(keys).contains(key);
        found++;
      }
    }
    assertThat(found).isGreaterThan(5);
  }

  @Test
  void aLinkToTheAdminPageIsMadeWhereTheServersFolderIs() throws IOException {
    Said said = say("admin", "--data=" + data, "--url=https://meet.example.org/");
    assertThat(said.code()).isZero();
    assertThat(said.out().strip()).matches("https://meet\\.example\\.org/admin#[\\w-]{43}");
    assertThat(data.resolve("admin.link")).isNotEmptyFile();
    assertThat(say("admin", "--data=" + data.resolve("none")).err()).contains("There is no folder");
    assertThat(say("admin", "--data=" + data, "--admin.enabled=false").err())
        .contains("admin.enabled is false");
  }

  @Test
  void aWrongUrlIsToldHowOneLooks() {
    Said said = say("config", "check", "--url=foo");
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("like https://meet.example.org").contains("not `foo`");
  }

  @Test
  void whatIsNotUnderstoodIsSaidInOneLineThatNamesTheHelp() {
    for (List<String> words :
        List.of(
            List.of("config"),
            List.of("invite", "yard", "--name"),
            List.of("version", "--foo"),
            List.of("load"))) {
      Said said = say(words.toArray(new String[0]));
      assertThat(said.code()).as(words.toString()).isNotZero();
      assertThat(said.err().strip().lines())
          .as(words.toString())
          .singleElement()
          .asString()
          .endsWith("See `./madang " + words.getFirst() + " --help`.");
    }
  }

  @Test
  void aPortThatIsNoneIsNamedWithItsGroup() {
    for (String group : List.of("http", "udp", "metrics")) {
      Said said = say("config", "check", "--" + group + ".port=99999");
      assertThat(said.code()).isEqualTo(1);
      assertThat(said.err().strip()).isEqualTo("In " + group + ": port is not between 0 and 65535");
    }
  }

  @Test
  void aBusyPortIsNamedInOneSentenceWithTheSettingThatChangesIt() throws IOException {
    try (ServerSocket tcp = new ServerSocket(0);
        DatagramSocket udp = new DatagramSocket()) {
      int busy = tcp.getLocalPort();
      assertThat(start("--http.port=" + busy)).isEqualTo(sentence("TCP", busy, "http.port"));
      assertThat(start("--metrics.port=" + busy)).isEqualTo(sentence("TCP", busy, "metrics.port"));
      int taken = udp.getLocalPort();
      assertThat(start("--udp.port=" + taken)).isEqualTo(sentence("UDP", taken, "udp.port"));
      assertThat(start("--udp.port=" + taken, "--udp.plain-sockets=true"))
          .isEqualTo(sentence("UDP", taken, "udp.port"));
    }
  }

  @Test
  void severalBusyPortsAreToldAtOnceEachWithItsSetting() throws IOException {
    try (ServerSocket tcp = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0);
        DatagramSocket udp = new DatagramSocket()) {
      int http = tcp.getLocalPort();
      int metrics = other.getLocalPort();
      int media = udp.getLocalPort();
      assertThat(start("--http.port=" + http, "--metrics.port=" + metrics, "--udp.port=" + media))
          .isEqualTo(
              "Madang cannot start: UDP port %d, TCP port %d, TCP port %d are in use: stop the"
                      .formatted(media, http, metrics)
                  + " program that has them (another Madang?), or choose other ports with"
                  + " --udp.port=N --http.port=N --metrics.port=N.");
      assertThat(start("--http.port=" + http, "--metrics.port=" + metrics))
          .contains("TCP port " + http + ", TCP port " + metrics + " are in use")
          .doesNotContain("udp.port");
    }
  }

  @Test
  void aMistypedFlagIsToldWhichWasMeant() {
    for (List<String> words :
        List.of(
            List.of("invite", "--nam", "x"),
            List.of("invite", "yard", "--nam", "x"),
            List.of("invite", "yard", "--nam=x"))) {
      Said said = say(words.toArray(new String[0]));
      assertThat(said.code()).isEqualTo(1);
      assertThat(said.err()).contains("there is no setting `nam`; did you mean `--name`?");
    }
    assertThat(say("invite", "yard", "--moderat").err()).contains("did you mean `--moderate`?");
    assertThat(say("invite", "yard", "--wach", "--name", "x").err()).contains("`--watch`?");
    assertThat(say("config", "check", "--al").err()).contains("did you mean `--all`?");
    assertThat(say("dev", "--confg", "x").err()).contains("did you mean `--config`?");
    assertThat(say("dev", "--http.prt", "1").err()).contains("did you mean `http.port`?");
    assertThat(say("dev", "--http.port").err()).contains("needs a value");
    assertThat(say("invite", "--data=x").err()).contains("Which room?");
    assertThat(say("backup", "--dta=x", "f").err()).contains("did you mean `data`?");
  }

  @Test
  void anAddressOfAnotherMachineIsNotListenedOn() {
    assertThat(start("--http.host=203.0.113.7"))
        .isEqualTo("Madang cannot start: 203.0.113.7 is no address of this machine.");
  }

  private static String sentence(String kind, int port, String key) {
    return "Madang cannot start: "
        + kind
        + " port "
        + port
        + " is in use: stop the program that has it (another Madang?), or choose another port with"
        + " --"
        + key
        + "=N.";
  }

  private String start(String... flags) {
    List<String> all = new ArrayList<>(List.of("start", "--data=" + data));
    for (String port : List.of("http.port", "metrics.port", "udp.port")) {
      if (Arrays.stream(flags).noneMatch(flag -> flag.startsWith("--" + port))) {
        all.add("--" + port + "=0");
      }
    }
    all.addAll(List.of(flags));
    return say(all.toArray(String[]::new)).err().strip();
  }

  private static Said say(String... words) {
    CommandLine line = Main.line();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int code = line.execute(words);
    return new Said(code, out.toString(), err.toString());
  }
}
