// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "tare",
  products: [
    .executable(name: "tare", targets: ["tare"]),
    .executable(name: "tare-service", targets: ["TareService"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    .systemLibrary(name: "CNcurses", path: "CNcurses"),
    .target(name: "CLinux"),
    // Of tare alone: the service of the demo is the first program of a guest, before anything is mounted there.
    .target(name: "CStart"),
    .target(name: "CUnixSocket"),
    .target(name: "LinuxSystem", dependencies: ["CLinux"], swiftSettings: strict),
    .target(name: "TareModel", swiftSettings: strict),
    .target(name: "KernelStats", dependencies: ["TareModel", "CLinux", "LinuxSystem"], swiftSettings: strict),
    .target(
      name: "TareSampling", dependencies: ["TareModel", "KernelStats", "CLinux", "LinuxSystem"], swiftSettings: strict),
    .target(
      name: "TareEngines",
      dependencies: [
        "TareModel", "CUnixSocket", "LinuxSystem",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ], swiftSettings: strict),
    .target(
      name: "TareGuests", dependencies: ["TareModel", "CLinux", "CUnixSocket", "LinuxSystem"], swiftSettings: strict),
    .target(name: "TareExport", dependencies: ["TareModel"], exclude: ["Schema"], swiftSettings: strict),
    .target(name: "TareScreen", dependencies: ["TareModel"], swiftSettings: strict),
    .target(
      name: "TareTerminal", dependencies: ["TareModel", "TareScreen", "CNcurses", "CLinux", "LinuxSystem"],
      swiftSettings: strict),
    .target(
      name: "TareConfig",
      dependencies: [
        "CLinux", "LinuxSystem", "TareModel", "TareScreen", .product(name: "TOMLKit", package: "TOMLKit"),
      ],
      swiftSettings: strict),
    .target(
      name: "TareLab", dependencies: ["CLinux", "KernelStats", "LinuxSystem", "TareModel", "TareGuests"],
      swiftSettings: strict),
    .target(
      name: "TareBenchmark", dependencies: ["TareModel", "KernelStats", "CLinux", "LinuxSystem"], swiftSettings: strict),
    // Static in every build: it is the only program in a container and in a virtual machine.
    .executableTarget(
      name: "TareService", dependencies: ["CLinux"],
      swiftSettings: strict + [.unsafeFlags(["-static-executable"])],
      linkerSettings: [.unsafeFlags(["-static-executable"])]),
    .executableTarget(
      name: "tare",
      dependencies: [
        "CLinux", "CStart", "LinuxSystem", "TareModel", "KernelStats", "TareSampling", "TareEngines", "TareExport",
        "TareScreen",
        "TareTerminal",
        "TareConfig", "TareLab", "TareGuests", "TareBenchmark", argumentParser,
      ],
      swiftSettings: strict),
    .testTarget(name: "LinuxSystemTests", dependencies: ["LinuxSystem"], swiftSettings: strict),
    .testTarget(name: "CNcursesTests", dependencies: ["CNcurses"], swiftSettings: strict),
    .target(name: "CAllocationCounter", path: "Tests/Benchmarks/CAllocationCounter"),
    .executableTarget(
      name: "SamplerBenchmark",
      dependencies: ["CAllocationCounter", "LinuxSystem", "TareModel", "KernelStats", "TareSampling"],
      path: "Tests/Benchmarks/SamplerBenchmark", swiftSettings: strict),
    .executableTarget(
      name: "ScreenBenchmark", dependencies: ["CAllocationCounter", "TareModel", "TareScreen"],
      path: "Tests/Benchmarks/ScreenBenchmark", swiftSettings: strict),
    .target(name: "CTestSockets", path: "Tests/CTestSockets"),
    .testTarget(
      name: "TareEnginesTests", dependencies: ["LinuxSystem", "TareEngines", "TareModel", "CTestSockets"],
      swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["CLinux", "TareModel", "KernelStats", "TareSampling"],
      path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(name: "CommandTests", dependencies: ["TestSupport"], swiftSettings: strict),
    .testTarget(name: "TareModelTests", dependencies: ["TareModel", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "KernelStatsTests", dependencies: ["TareModel", "KernelStats", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "TareSamplingTests",
      dependencies: ["TareModel", "KernelStats", "TareSampling", "TareExport", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "TareExportTests",
      dependencies: ["TareModel", "KernelStats", "TareSampling", "TareExport", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "HostTests", dependencies: ["TareModel", "KernelStats", "TareSampling", "TareExport", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TareScreenTests", dependencies: ["TareModel", "TareScreen", "KernelStats", "TareSampling", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TareTerminalTests", dependencies: ["TareScreen", "TareTerminal", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "TareConfigTests", dependencies: ["TareScreen", "TareConfig", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "LiveTests", dependencies: ["TareModel", "KernelStats", "TareSampling", "TareScreen", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TruthTests", dependencies: ["TareModel", "KernelStats", "TareSampling", "TestSupport"],
      exclude: ["launch.c", "truth.c", "truth.S"], swiftSettings: strict),
    .testTarget(
      name: "TareBenchmarkTests", dependencies: ["LinuxSystem", "TareBenchmark", "TareModel", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TareGuestsTests", dependencies: ["LinuxSystem", "TareModel", "TareGuests", "CTestSockets"],
      swiftSettings: strict),
    .testTarget(
      name: "TareLabTests", dependencies: ["LinuxSystem", "TareLab", "TareModel", "TareGuests"], swiftSettings: strict),
    .testTarget(
      name: "LabTests", dependencies: ["CLinux", "LinuxSystem", "TareLab", "TareModel", "TareGuests", "TestSupport"],
      exclude: ["lab"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
