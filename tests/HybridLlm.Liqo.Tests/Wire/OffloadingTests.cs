using HybridLlm.Liqo.Offloading;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Every strategy and selector of an offloading, as Liqo answers it.</summary>
public sealed class OffloadingTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromHours(4);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_placement_and_mapping_is_offloaded_under_its_name_and_taken_back()
    {
        await using var two = await GpuAsync();
        foreach (var placement in Enum.GetValues<PodPlacement>())
        {
            foreach (
                var (mapping, name, expected) in new[]
                {
                    (NamespaceMapping.DefaultName, null, "llm-inference-homelab"),
                    (NamespaceMapping.EnforceSameName, null, "llm-inference"),
                    (NamespaceMapping.SelectedName, "ollama-of-home", "ollama-of-home"),
                }
            )
            {
                var status = await OffloadAsync(
                    two,
                    Spec() with
                    {
                        Pods = placement,
                        Mapping = mapping,
                        RemoteName = name,
                    }
                );

                (status.Phase, status.RemoteNamespace).ShouldBe((OffloadingPhase.Ready, expected));
                (await two.Rented.Admin.ReadNamespaceAsync(expected, cancellationToken: Stop)).ShouldNotBeNull();
                await two.UnoffloadAsync();
            }
        }
    }

    [Theory]
    [InlineData(RequirementOperator.In, "node-type", "gpu", true)]
    [InlineData(RequirementOperator.In, "node-type", "cpu", false)]
    [InlineData(RequirementOperator.NotIn, "node-type", "cpu", true)]
    [InlineData(RequirementOperator.Exists, "node-type", null, true)]
    [InlineData(RequirementOperator.DoesNotExist, "node-type", null, false)]
    [InlineData(RequirementOperator.In, LiqoLabels.RemoteClusterId, Federation.ProviderId, true)]
    public async Task A_selector_takes_the_providers_whose_nodes_bear_the_labels(
        RequirementOperator asked,
        string key,
        string? value,
        bool isSelected
    )
    {
        await using var two = await GpuAsync();
        ClusterRequirement requirement = new()
        {
            Key = key,
            Operator = asked,
            Values = value is null ? [] : [value],
        };

        var status = await OffloadAsync(
            two,
            Spec() with
            {
                Clusters =
                [
                    [requirement],
                ],
                MayWaitForCluster = true,
            }
        );

        status.Phase.ShouldBe(isSelected ? OffloadingPhase.Ready : OffloadingPhase.NoClusterSelected);
    }

    [Fact]
    public async Task Terms_are_alternatives_and_the_requirements_of_one_hold_together()
    {
        await using var two = await GpuAsync();
        var (gpu, cpu) = (ClusterRequirement.Is("node-type", "gpu"), ClusterRequirement.Is("zone", "b"));

        (
            await OffloadAsync(
                two,
                Spec() with
                {
                    Clusters =
                    [
                        [gpu, cpu],
                    ],
                    MayWaitForCluster = true,
                }
            )
        ).Phase.ShouldBe(OffloadingPhase.NoClusterSelected);
        (
            await OffloadAsync(
                two,
                Spec() with
                {
                    Clusters =
                    [
                        [gpu],
                        [cpu],
                    ],
                }
            )
        ).Phase.ShouldBe(OffloadingPhase.Ready);
    }

    [Fact]
    public async Task A_provider_that_fails_is_named_beside_the_one_that_does_not()
    {
        await using var two = await GpuAsync();
        var second = await two.PeerSecondAsync();
        await second.Admin.CreateNamespaceAsync(
            new V1Namespace { Metadata = new V1ObjectMeta { Name = Federation.Offloaded } },
            cancellationToken: Stop
        );
        var spec = Spec() with { Mapping = NamespaceMapping.EnforceSameName };

        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() => OffloadAsync(two, spec));

        refusal.Refusal.ShouldBe(LiqoRefusal.OffloadingFailed);
        refusal.Message.ShouldContain("aws-gpu-2: Some problems occurred");
        await two.UntilAsync(async () =>
            (await new NamespaceOffloader(two.Home.Liqo).ReadAsync(Federation.Offloaded, Stop)).Clusters.Any(c =>
                c is { ProviderId: Federation.ProviderId, IsReady: true }
            )
        );
    }

    private static OffloadingSpec Spec() => new() { Namespace = Federation.Offloaded, Patience = s_patience };

    private static async Task<Federation> GpuAsync()
    {
        var two = await Federation.StartAsync(o =>
            o.ClusterLabels = new Dictionary<string, string> { ["node-type"] = "gpu" }
        );
        await two.PeerAsync();
        return two;
    }

    private static async Task<OffloadingStatus> OffloadAsync(Federation two, OffloadingSpec spec)
    {
        NamespaceOffloader offloader = new(two.Home.Liqo);
        return await offloader.ApplyAsync(await offloader.PlanAsync(spec, Stop), null, Stop);
    }
}
