package dev.madang;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The floors of the house and the purity of the low ones, held by a test because a habit that
/// nothing checks is a rumour.
class ArchitectureTest {
  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.madang");

  /// From the ground up. A floor names only floors below it; rooms on one floor do not name each
  /// other.
  private static final List<List<String>> FLOORS =
      List.of(
          List.of("wire"),
          List.of("protocol"),
          List.of("media"),
          List.of("room", "live", "chat", "space"),
          List.of("net"),
          List.of("store", "cluster"),
          List.of("server"),
          List.of("compare", "load", "check"));

  private static final String[] PURE = {
    "dev.madang.wire..",
    "dev.madang.protocol..",
    "dev.madang.media..",
    "dev.madang.room..",
    "dev.madang.live..",
    "dev.madang.chat..",
    "dev.madang.space.."
  };

  /// What a pure floor may stand on: values, collections, text, keyed cryptography that depends on
  /// its arguments alone, and the JSON library.
  private static final Set<String> FORBIDDEN_CLASSES =
      Set.of(
          "java.lang.Thread",
          "java.lang.Runtime",
          "java.lang.ThreadLocal",
          "java.lang.ScopedValue",
          "java.security.SecureRandom",
          "java.util.Random",
          "java.util.SplittableRandom",
          "java.util.Timer",
          "java.util.UUID",
          "java.time.Clock",
          "java.net.Socket",
          "java.net.ServerSocket",
          "java.net.DatagramSocket",
          "java.net.URL");

  private static final List<String> FORBIDDEN_PACKAGES =
      List.of(
          "java.util.concurrent",
          "java.nio.channels",
          "java.nio.file",
          "java.net.http",
          "io.netty");

  @TestFactory
  Stream<DynamicTest> eachFloorNamesOnlyFloorsBelowIt() {
    return FLOORS.stream()
        .flatMap(List::stream)
        .map(room ->
            DynamicTest.dynamicTest(
                room,
                () ->
                    noClasses()
                        .that()
                        .resideInAPackage("dev.madang." + room + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(notBelow(room))
                        .allowEmptyShould(true)
                        .check(HOUSE)));
  }

  @Test
  void noTwoPackagesNameEachOther() {
    slices().matching("dev.madang.(**)").should().beFreeOfCycles().check(HOUSE);
  }

  @Test
  void thePureFloorsNameNoSocketThreadLockClockOrRandomness() {
    classes()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .onlyDependOnClassesThat(allowedBelow())
        .check(HOUSE);
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .callMethodWhere(readsTheClockOrWaits())
        .check(HOUSE);
  }

  private static DescribedPredicate<JavaClass> allowedBelow() {
    return DescribedPredicate.describe(
        "are no socket, thread, lock, clock or source of randomness",
        type ->
            !FORBIDDEN_CLASSES.contains(type.getName())
                && FORBIDDEN_PACKAGES.stream()
                    .noneMatch(name ->
                        type.getPackageName().equals(name)
                            || type.getPackageName().startsWith(name + ".")));
  }

  private static DescribedPredicate<JavaAccess<?>> readsTheClockOrWaits() {
    return DescribedPredicate.describe(
        "reads the clock, draws randomness or waits",
        access -> {
          String owner = access.getTargetOwner().getName();
          String name = access.getTarget().getName();
          return owner.equals("java.lang.System")
                  && Set.of("nanoTime", "currentTimeMillis", "getenv", "getProperty").contains(name)
              || owner.equals("java.lang.Math") && name.equals("random")
              || owner.startsWith("java.time.") && name.equals("now")
              || owner.equals("java.lang.Object") && name.startsWith("wait")
              || owner.equals("java.lang.Object") && name.startsWith("notify");
        });
  }

  private static String[] notBelow(String room) {
    int floor = floorOf(room);
    Stream<String> sameOrAbove =
        FLOORS.subList(floor, FLOORS.size()).stream()
            .flatMap(List::stream)
            .filter(other -> !other.equals(room))
            .map(other -> "dev.madang." + other + "..");
    return Stream.concat(sameOrAbove, Stream.of("dev.madang")).toArray(String[]::new);
  }

  private static int floorOf(String room) {
    for (int floor = 0; floor < FLOORS.size(); floor++) {
      if (FLOORS.get(floor).contains(room)) {
        return floor;
      }
    }
    throw new AssertionError(room + " is on no floor");
  }
}
