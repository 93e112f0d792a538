namespace HybridLlm.AwsGpu.Tests.Wire;

public sealed class MotoWireTests(MotoServer server) : WireSuite(server), IClassFixture<MotoServer>;
