using HybridLlm.AwsGpu.Storage;
using HybridLlm.Specs;

namespace HybridLlm.Tests.Specs;

public sealed class NodeArtifactsTests
{
    private const string Model = "llama3.1:8b";

    [Fact]
    public void A_complete_catalogue_has_no_faults() => NodeArtifacts.Faults(Complete(), Model).ShouldBeEmpty();

    [Fact]
    public void Every_missing_or_misplaced_artifact_is_named()
    {
        Artifact[] artifacts =
        [
            .. Complete()
                .Where(a => a.Name != NodeArtifacts.Nebula && a.Name != NodeArtifacts.Model(Model))
                .Select(a => a.Name == NodeArtifacts.K3s ? a with { Path = "/usr/bin/k3s" } : a),
        ];

        var faults = NodeArtifacts.Faults(artifacts, Model).ToList();

        faults.Select(f => f.Code).ShouldBe(["HL150", "HL151", "HL150"]);
        faults[1]
            .Message.ShouldBe(
                "The artifact k3s is a Executable for /usr/bin/k3s, not a Executable for /usr/local/bin/k3s."
            );
    }

    [Fact]
    public void A_node_fetches_its_own_model_only()
    {
        Artifact[] artifacts =
        [
            .. Complete(),
            .. Complete("qwen2.5:7b").Where(a => a.Name.StartsWith("model-", StringComparison.Ordinal)),
        ];

        artifacts
            .Where(a => NodeArtifacts.IsForGpu(a, Model))
            .Select(a => a.Name)
            .ShouldBe(Complete().Select(a => a.Name));
    }

    private static IEnumerable<Artifact> Stand(string model) =>
        NodeArtifacts
            .For(model)
            .Select(n => new Artifact
            {
                Name = n.Name,
                Version = "1",
                Size = 1,
                Sha256 = new string('0', 64),
                Kind = n.Kind,
                Path = n.Path,
            });

    private static Artifact[] Complete(string model = Model) => [.. Stand(model)];
}
