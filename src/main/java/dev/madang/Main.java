package dev.madang;

import dev.madang.load.Load;
import dev.madang.server.admin.AdminDoor;
import dev.madang.server.signal.Invitation;
import dev.madang.store.Store;
import dev.madang.store.StoreException;
import dev.madang.wire.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The command line. Exit codes: 0 done, 1 it failed and said why, 2 the words were wrong.
@Command(
    name = "madang",
    subcommands = {
      Main.Dev.class,
      Main.Start.class,
      Main.Invite.class,
      Main.Admin.class,
      Main.Backup.class,
      Main.Check.class,
      Load.class,
      CompareCommand.class,
      DoctorCommand.class,
      Main.Version.class,
      Main.Rehearse.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(line().execute(args));
  }

  static CommandLine line() {
    CommandLine line = new CommandLine(new Main());
    line.setUnmatchedOptionsArePositionalParams(true); // --http.port=8080 and all its like
    line.setExecutionExceptionHandler(Main::explain);
    line.setParameterExceptionHandler(Main::misunderstood);
    return line;
  }

  /** One sentence, and where to read more: a page of usage would hide it. */
  private static int misunderstood(CommandLine.ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName(" ").replaceFirst("^madang", "./madang");
    String said = String.valueOf(e.getMessage());
    line.getErr().println(said + (said.endsWith(".") ? " " : ". ") + "See `" + name + " --help`.");
    CommandLine.UnmatchedArgumentException.printSuggestions(e, line.getErr());
    return 2;
  }

  private static int explain(Exception e, CommandLine line, CommandLine.ParseResult result)
      throws Exception {
    if (e instanceof ConfigException) {
      // What a server said may stand in it: it must not steer the terminal.
      line.getErr().println(Printable.lines(String.valueOf(e.getMessage())));
      return 1;
    }
    throw e;
  }

  /** `--config FILE` and a flag for every key of `madang.yml`. */
  @Command(
      footerHeading =
          "%nSettings most used, as flags (http.port: in madang.yml `http:` `port:`):%n",
      footer = {
        "  --http.port=7700                 the one TCP port",
        "  --udp.port=7700                  the one UDP port: media, STUN and TURN",
        "  --url=https://meet.example.org   where people reach this server",
        "  --http.tls.certificate=FILE      your certificate in PEM, its key by --http.tls.key",
        "  --data=DIR                       where secrets and certificates are kept",
        "  --signal.limits.people=25        most people in a room",
        "",
        "`madang config check` prints what is set and where, with --all every setting there is;",
        "`madang config init` writes a madang.yml that explains them all."
      })
  static final class Settings {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "print this")
    boolean help;

    @Option(names = "--config", description = "read this file instead of ./madang.yml")
    @Nullable Path file;

    @Parameters(hidden = true)
    List<String> flags = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    CommandSpec command = CommandSpec.create();

    /// Takes away the word before all flags; without one what is wrong with the flags is said
    /// first.
    String first(String missing) {
      if (flags.isEmpty() || flags.getFirst().startsWith("-")) {
        reader(Map.of());
        throw new ConfigException(missing);
      }
      return flags.removeFirst();
    }

    ConfigReader reader(Map<String, String> preset) {
      ConfigReader reader = new ConfigReader(command.optionsMap().keySet());
      preset.forEach((key, value) -> reader.flag(key, value, "madang dev"));
      if (file != null) {
        reader.file(file);
      } else if (Files.exists(HERE)) {
        reader.file(HERE);
      }
      reader.environment(System.getenv());
      for (int i = 0; i < flags.size(); i++) {
        String flag = flags.get(i);
        int equals = flag.indexOf('=');
        if (!flag.startsWith("--")) {
          throw new ConfigException("`" + flag + "` is no setting: write --KEY=VALUE.");
        }
        reader.mustKnow(flag.substring(2, equals > 0 ? equals : flag.length()), flag);
        if (equals > 0) {
          reader.flag(flag.substring(2, equals), flag.substring(equals + 1), flag);
        } else if (i + 1 < flags.size()) {
          reader.flag(flag.substring(2), flags.get(++i), flag);
        } else {
          throw new ConfigException("`" + flag + "` needs a value: " + flag + "=VALUE.");
        }
      }
      return reader;
    }
  }

  @Command(
      name = "dev",
      customSynopsis = "madang dev [--config=FILE] [--KEY=VALUE ...]",
      description = "start with sane defaults and print a link")
  static final class Dev implements Callable<Integer> {
    @Mixin Settings settings = new Settings();

    @Override
    public Integer call() throws InterruptedException {
      return serve(settings.reader(Config.dev()).read(), true);
    }
  }

  @Command(
      name = "start",
      customSynopsis = "madang start [--config=FILE] [--KEY=VALUE ...]",
      description = "start in production form")
  static final class Start implements Callable<Integer> {
    @Mixin Settings settings = new Settings();

    @Override
    public Integer call() throws InterruptedException {
      return serve(settings.reader(Map.of()).read(), false);
    }
  }

  @Command(
      name = "invite",
      customSynopsis = "madang invite ROOM [OPTIONS] [--KEY=VALUE ...]",
      description = "print a link that lets somebody into a room")
  static final class Invite implements Callable<Integer> {
    @Spec CommandSpec spec = CommandSpec.create();

    @Mixin Settings settings = new Settings();

    @Option(names = "--name", description = "for the guest's field, where it can be changed")
    @Nullable String name;

    @Option(names = "--identity", description = "for this one person; otherwise for anybody")
    @Nullable String identity;

    @Option(names = "--moderate", description = "its bearer is a host")
    boolean moderate;

    @Option(names = "--watch", description = "its bearer sees and hears and nothing else")
    boolean watch;

    @Option(
        names = "--expires",
        defaultValue = "1d",
        description = "after 30m, 2h, 7d; 1d if not said")
    String expires = "1d";

    @Override
    public Integer call() {
      Invitation invitation = invitation(settings.first("Which room? Write: madang invite ROOM."));
      Config config = settings.reader(Map.of()).read();
      if (config.signal().keys().isEmpty() && !Files.exists(config.data().resolve("grants.key"))) {
        throw new ConfigException(
            "There is no key in "
                + config.data().toAbsolutePath()
                + ": run this where the server was started, or name its folder with --data=DIR;"
                + " that of `madang dev` is .data.");
      }
      // Made before anything is said of it: a hint about a link that is not made confuses.
      String link = link(invitation, config);
      PrintWriter hints = spec.commandLine().getErr();
      Path dev = Path.of(Objects.requireNonNull(Config.dev().get("data")));
      if (!config.data().equals(dev)
          && config.signal().keys().isEmpty()
          && Files.exists(dev.resolve("grants.key"))) {
        hints.println(
            "This link is for `madang start` (its key is in "
                + config.data()
                + "); for `madang dev` add --data="
                + dev
                + ".");
      }
      if (config.url() == null) {
        hints.println(
            "This link works on this computer only, for a server on port "
                + config.http().port()
                + " (--http.port=N for another): set url in madang.yml, or --url=https://HOST.");
      }
      spec.commandLine().getOut().println(link);
      return 0;
    }

    private static String link(Invitation invitation, Config config) {
      try {
        return invitation.link(config.address(), config.signal(), config.data(), Instant.now());
      } catch (IllegalArgumentException e) {
        throw new ConfigException(String.valueOf(e.getMessage()));
      }
    }

    private Invitation invitation(String room) {
      try {
        Invitation invitation = Invitation.to(room).lasting(lasting());
        invitation = name == null ? invitation : invitation.named(name);
        invitation = identity == null ? invitation : invitation.forPerson(identity);
        invitation = moderate ? invitation.asModerator() : invitation;
        return watch ? invitation.onlyToWatch() : invitation;
      } catch (IllegalArgumentException e) {
        throw new ConfigException(String.valueOf(e.getMessage()));
      }
    }

    private Duration lasting() {
      try {
        return ConfigReader.duration(expires);
      } catch (IllegalArgumentException e) {
        throw new ConfigException("--expires: " + e.getMessage());
      }
    }
  }

  @Command(
      name = "admin",
      customSynopsis = "madang admin [--config=FILE] [--KEY=VALUE ...]",
      description = {
        "print a link to the admin page of the server whose data folder this is: good once, to set",
        "its password, the first time or anew"
      })
  static final class Admin implements Callable<Integer> {
    @Spec CommandSpec spec = CommandSpec.create();

    @Mixin Settings settings = new Settings();

    @Override
    public Integer call() {
      Config config = settings.reader(Map.of()).read();
      if (!config.admin().enabled()) {
        throw new ConfigException("There is no admin page here: admin.enabled is false.");
      } else if (!Files.isDirectory(config.data())) {
        throw new ConfigException(
            "There is no folder "
                + config.data().toAbsolutePath()
                + ": run this where the server was started, or name its folder with --data=DIR;"
                + " that of `madang dev` is .data.");
      }
      String base = config.address().toString().replaceFirst("/+$", "");
      spec.commandLine()
          .getOut()
          .println(AdminDoor.entrance(config.admin(), config.data(), base, true));
      return 0;
    }
  }

  @Command(
      name = "backup",
      customSynopsis = "madang backup FILE [--config=FILE] [--KEY=VALUE ...]",
      description = {
        "copy the database of the data folder into FILE, while the server runs; back by putting the",
        "copy in the place of madang.db while no server runs"
      })
  static final class Backup implements Callable<Integer> {
    @Spec CommandSpec spec = CommandSpec.create();

    @Mixin Settings settings = new Settings();

    @Override
    public Integer call() {
      Path to = Path.of(settings.first("Into which file? Write: madang backup FILE."));
      Config config = settings.reader(Map.of()).read();
      try (Store store = new Store(config.store(), config.data())) {
        store.backup(to);
      } catch (StoreException refused) {
        throw new ConfigException(String.valueOf(refused.getMessage()));
      }
      spec.commandLine().getOut().println("Wrote " + to.toAbsolutePath());
      return 0;
    }
  }

  @Command(
      name = "config",
      mixinStandardHelpOptions = true,
      description = "what is in force; a commented file to start from")
  static final class Check {
    @Spec CommandSpec spec = CommandSpec.create();

    @Command(
        name = "check",
        customSynopsis = "madang config check [--all] [--config=FILE] [--KEY=VALUE ...]",
        description = "print which file was read, what is set, and where; --all: the defaults too")
    int check(
        @Option(names = "--all", description = "every setting, the defaults too") boolean all,
        @Mixin Settings settings) {
      ConfigReader reader = settings.reader(Map.of());
      if (settings.file == null && !Files.exists(HERE)) {
        out().println("# There is no " + HERE.toAbsolutePath() + "; --config=FILE reads another.");
      }
      reader.describe(reader.read(), all).forEach(out()::println);
      return 0;
    }

    @Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = "write a commented madang.yml into this folder")
    int init() throws IOException {
      if (Files.exists(HERE)) {
        throw new ConfigException("There is a madang.yml here already; it stays as it is.");
      }
      try (var manual = Objects.requireNonNull(Main.class.getResourceAsStream("/madang.yml"))) {
        String text = new String(manual.readAllBytes(), StandardCharsets.UTF_8);
        // Commented out, so that what nobody chose goes on following the defaults and `dev`.
        Files.writeString(HERE, text.replaceAll("(?m)^( *)([a-z0-9-]+: .*)$", "$1# $2"));
      }
      out()
          .println(
              "Wrote madang.yml: every key with its default, commented out. Take away a # to change"
                  + " one.");
      return 0;
    }

    private PrintWriter out() {
      return spec.commandLine().getOut();
    }
  }

  @Command(name = "version", mixinStandardHelpOptions = true, description = "print the version")
  static final class Version implements Callable<Integer> {
    @Override
    public Integer call() {
      System.out.println("Madang " + Madang.version() + " on Java " + Runtime.version());
      return 0;
    }
  }

  /// Starts everything on free ports and stops again, so that the JVM can keep what it loaded for
  /// faster starts.
  @Command(name = "rehearse", hidden = true)
  static final class Rehearse implements Callable<Integer> {
    @Override
    public Integer call() throws IOException, InterruptedException {
      Path data = Files.createTempDirectory("madang");
      ConfigReader reader = new ConfigReader();
      Config.dev().forEach((key, value) -> reader.flag(key, value, "rehearsal"));
      Config.rehearsal(data).forEach((key, value) -> reader.flag(key, value, "rehearsal"));
      try (Madang madang = Madang.start(reader.read())) {
        About.greeting(madang, true);
        madang.rehearse();
      }
      return 0;
    }
  }

  private static int serve(Config config, boolean dev) throws InterruptedException {
    Madang madang = Madang.start(config);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  madang.close();
                  stopped.countDown();
                },
                "stop"));
    About.greeting(madang, dev).forEach(System.out::println);
    madang.rehearse();
    stopped.await();
    return 0;
  }

  private static final Path HERE = Path.of("madang.yml");
}
