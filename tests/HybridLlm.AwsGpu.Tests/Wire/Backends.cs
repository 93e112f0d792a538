using HybridLlm.AwsGpu.Tests.Wire;

[assembly: AssemblyFixture(typeof(MotoServer))]

namespace HybridLlm.AwsGpu.Tests.Wire;

public sealed class FoundationOnMotoTests(MotoServer moto) : FoundationSuite(moto);

public sealed class NodesOnMotoTests(MotoServer moto) : NodeSuite(moto);

public sealed class ObserverOnMotoTests(MotoServer moto) : ObserverSuite(moto);

public sealed class QueueOnMotoTests(MotoServer moto) : QueueSuite(moto);

public sealed class ModelVolumesOnMotoTests(MotoServer moto) : ModelVolumeSuite(moto);

public sealed class StorageOnMotoTests(MotoServer moto) : StorageSuite(moto);

public sealed class TeardownOnMotoTests(MotoServer moto) : TeardownSuite(moto);

public sealed class FoundationOnEmulatorTests() : FoundationSuite(new EmulatorBackend());

public sealed class NodesOnEmulatorTests() : NodeSuite(new EmulatorBackend());

public sealed class ObserverOnEmulatorTests() : ObserverSuite(new EmulatorBackend());

public sealed class QueueOnEmulatorTests() : QueueSuite(new EmulatorBackend());

public sealed class ModelVolumesOnEmulatorTests() : ModelVolumeSuite(new EmulatorBackend());

public sealed class StorageOnEmulatorTests() : StorageSuite(new EmulatorBackend());

public sealed class TeardownOnEmulatorTests() : TeardownSuite(new EmulatorBackend());
