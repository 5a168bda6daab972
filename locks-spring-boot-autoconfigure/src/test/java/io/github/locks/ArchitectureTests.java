package io.github.locks;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.github.locks.spi.LockThreadFactory;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.core.domain.properties.HasParameterTypes.Predicates.rawParameterTypes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Keeps the packages in order: arrows go down only, brothers do not see each other.
 */
class ArchitectureTests {

	private static final String ROOT = "io.github.locks";

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(ROOT);

	@Test
	void packagesAreFreeOfCycles() {
		check(slices().matching("(" + ROOT + "..)")
			.should()
			.beFreeOfCycles()
			.because("a package can be understood only with all packages of its cycle"));
	}

	@Test
	void contractDependsOnNothing() {
		check(classes().that()
			.resideInAPackage(ROOT)
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", ROOT)
			.because("users compile against the contract, with and without Spring"));
	}

	@Test
	void localLockAndServiceInterfacesAreFreeOfSpring() {
		check(classes().that()
			.resideInAnyPackage(below("local"), below("spi"), below("deadlock"), below("statistics"), below("file"),
					below("memory"))
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", "com.google.errorprone.annotations..",
					"org.apache.commons.logging..", "org.HdrHistogram..", ROOT, below("spi"), below("local"),
					below("deadlock"), below("statistics"), below("file"), below("memory"))
			.because("the locks work without Spring"));
	}

	@Test
	void brothersDoNotSeeEachOther() {
		brothers("local", "file", "memory", "redis", "statistics", "deadlock");
		brothers("support", "aop", "actuate", "dashboard", "metrics", "event");
	}

	@Test
	void arrowsGoDown() {
		level("spi", "local", "file", "memory", "redis", "statistics", "deadlock", "support", "aop", "actuate",
				"dashboard", "metrics", "event", "autoconfigure", "test");
		for (String engine : new String[] { "local", "file", "memory", "redis", "statistics", "deadlock" }) {
			level(engine, "support", "aop", "actuate", "dashboard", "metrics", "event", "autoconfigure", "test");
		}
		for (String face : new String[] { "support", "aop", "actuate", "dashboard", "metrics", "event",
				"autoconfigure" }) {
			level(face, "test");
		}
		check(noClasses().that()
			.resideOutsideOfPackages(below("autoconfigure"), below("test"))
			.should()
			.dependOnClassesThat()
			.resideInAPackage(below("autoconfigure"))
			.because("auto-configuration wires all and is known by nobody"));
	}

	@Test
	void facesUseTheContractOnly() {
		check(noClasses().that()
			.resideInAnyPackage(below("aop"), below("actuate"), below("dashboard"), below("metrics"), below("event"))
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(below("local"), below("file"), below("memory"), below("redis"), below("statistics"),
					below("deadlock"), below("support"))
			.because("whatever a face does, a user of the contract can do too"));
	}

	@Test
	void eventsAreValuesOfTheContract() {
		check(classes().that()
			.resideInAPackage(below("event"))
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", ROOT, below("event"))
			.because("who listens needs to know nothing else"));
	}

	@Test
	void frameworksAreSeenByTheirFacesOnly() {
		seenOnlyBy("org.springframework.boot..", "autoconfigure", "actuate", "dashboard", "test");
		seenOnlyBy("org.springframework.boot.test..", "test");
		seenOnlyBy("org.springframework.test..", "test");
		seenOnlyBy("org.springframework.boot.health..", "autoconfigure", "actuate");
		seenOnlyBy("io.micrometer..", "autoconfigure", "metrics");
		seenOnlyBy("org.springframework.aop..", "autoconfigure", "aop");
		seenOnlyBy("org.springframework.transaction..", "aop");
		seenOnlyBy("reactor..", "aop");
		seenOnlyBy("org.springframework.data..", "autoconfigure", "redis");
		seenOnlyBy("io.lettuce..", "redis");
		seenOnlyBy("org.HdrHistogram..", "statistics");
	}

	@Test
	void timeAndThreadsComeFromOnePlace() {
		check(noClasses().should()
			.callMethod(Thread.class, "sleep", long.class)
			.because("waits are parked and bounded"));
		check(noClasses().should()
			.callMethod(System.class, "currentTimeMillis")
			.because("deadlines are measured with the monotonic clock"));
		check(noClasses().that()
			.doNotHaveSimpleName("LockThreadFactory")
			.should()
			.callConstructorWhere(target(owner(type(Thread.class))))
			.because("all threads are named daemons"));
		check(noClasses().should()
			.callConstructorWhere(target(owner(type(Thread.class))).and(not(target(
					rawParameterTypes(ThreadGroup.class, Runnable.class, String.class, long.class, boolean.class)))))
			.because("no thread inherits from the caller that happens to need it first"));
		check(noClasses().should()
			.callCodeUnitWhere(DescribedPredicate.describe("the threads are those of another factory",
					(call) -> makesOtherThreads(call.getTarget())))
			.because("the factories of the JDK, of Spring and of users make threads that inherit"));
		check(noClasses().should()
			.callMethod(String.class, "toLowerCase")
			.orShould()
			.callMethod(String.class, "toUpperCase")
			.because("the language of the machine must not change names; give a " + Locale.class.getSimpleName()));
		check(noClasses().should()
			.accessField(System.class, "out")
			.orShould()
			.accessField(System.class, "err")
			.because("a library logs"));
	}

	private static boolean makesOtherThreads(CodeUnitAccessTarget target) {
		JavaClass owner = target.getOwner();
		if (owner.isAssignableTo(ThreadFactory.class)) {
			return !owner.isEquivalentTo(LockThreadFactory.class);
		}
		boolean pool = owner.isEquivalentTo(Executors.class)
				|| (owner.getPackageName().startsWith("java.util") && target.getName().equals("<init>")
						&& (owner.isAssignableTo(Executor.class) || owner.isEquivalentTo(Timer.class)));
		boolean async = owner.isEquivalentTo(CompletableFuture.class)
				&& List.of("runAsync", "supplyAsync").contains(target.getName());
		return (pool && !takes(target, ThreadFactory.class)) || (async && !takes(target, Executor.class));
	}

	private static boolean takes(CodeUnitAccessTarget target, Class<?> type) {
		return target.getRawParameterTypes().stream().anyMatch((parameter) -> parameter.isEquivalentTo(type));
	}

	@Test
	void trapsOfLockFilesAreNotUsed() {
		check(noClasses().should()
			.accessField(java.nio.file.StandardOpenOption.class, "DELETE_ON_CLOSE")
			.orShould()
			.callMethod(java.io.File.class, "deleteOnExit")
			.orShould()
			.callMethod(java.nio.file.Files.class, "setLastModifiedTime", java.nio.file.Path.class,
					java.nio.file.attribute.FileTime.class)
			.because("each of them loses locks"));
		check(noClasses().that()
			.doNotHaveSimpleName("KernelLock")
			.should()
			.callMethod(java.nio.channels.FileChannel.class, "lock")
			.orShould()
			.callMethod(java.nio.channels.FileChannel.class, "lock", long.class, long.class, boolean.class)
			.because("an interrupt of who blocks in the kernel loses all locks of the JVM on the file"));
	}

	@Test
	void packagesAreNullMarked() {
		DescribedPredicate<JavaClass> unmarked = DescribedPredicate.describe("are not in a null-marked package",
				(type) -> !type.getPackage().isAnnotatedWith(NullMarked.class));
		check(noClasses().that(unmarked).should().haveNameMatching(".*").because("NullAway checks only marked ones"));
	}

	@Test
	void nothingPublicCanBeOverriddenExceptExceptions() {
		DescribedPredicate<JavaClass> overridable = DescribedPredicate.describe("have a method that can be overridden",
				(type) -> type.getMethods().stream().anyMatch(ArchitectureTests::isOverridable));
		check(classes().that()
			.areTopLevelClasses()
			.and()
			.arePublic()
			.and()
			.areNotInterfaces()
			.and()
			.areNotAssignableTo(LockException.class)
			.and(overridable)
			.should()
			.haveModifier(JavaModifier.FINAL)
			.because("what is not made for inheritance must not be inherited"));
	}

	private static boolean isOverridable(JavaMethod method) {
		return Collections.disjoint(method.getModifiers(),
				List.of(JavaModifier.FINAL, JavaModifier.STATIC, JavaModifier.PRIVATE));
	}

	private static void level(String lower, String... higher) {
		String[] packages = java.util.Arrays.stream(higher).map(ArchitectureTests::below).toArray(String[]::new);
		check(noClasses().that()
			.resideInAPackage(below(lower))
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(packages)
			.because("arrows go down"));
	}

	private static void brothers(String... packages) {
		for (String one : packages) {
			for (String other : packages) {
				if (!one.equals(other)) {
					check(noClasses().that()
						.resideInAPackage(below(one))
						.should()
						.dependOnClassesThat()
						.resideInAPackage(below(other))
						.because("each can be read, tested and replaced alone"));
				}
			}
		}
	}

	private static void seenOnlyBy(String framework, String... packages) {
		String[] allowed = java.util.Arrays.stream(packages).map(ArchitectureTests::below).toArray(String[]::new);
		check(noClasses().that()
			.resideOutsideOfPackages(allowed)
			.should()
			.dependOnClassesThat()
			.resideInAPackage(framework)
			.because("optional technology stays in its own package"));
	}

	private static String below(String name) {
		return ROOT + "." + name + "..";
	}

	private static void check(ArchRule rule) {
		rule.allowEmptyShould(true).check(CLASSES);
	}

}
