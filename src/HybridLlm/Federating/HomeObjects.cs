using System.Net;
using HybridLlm.Applying;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace HybridLlm.Federating;

/// <summary>
/// Our objects in the homelab's Kubernetes, all in one namespace: it, a Deployment for each GPU cluster, and the Service
/// <c>ollama</c> that leads every pod at home to the node that answers. Written by server-side apply, so twice is once.
/// </summary>
internal sealed class HomeObjects(k8s.Kubernetes client, string space, string ownerId)
{
    private const string Manager = "hybridllm";
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const string Owner = "hybridllm/owner-id";
    private const string Service = "ollama";

    // Liqo would try to map the node's address, which no pod range of the homelab holds.
    private static readonly Dictionary<string, string> s_notReflected = new() { ["liqo.io/skip-reflection"] = "true" };

    private Dictionary<string, string> Labels => new() { [ManagedBy] = Manager, [Owner] = ownerId };

    public async Task MakeNamespaceAsync(CancellationToken cancellationToken)
    {
        if (await ReadNamespaceAsync(cancellationToken).ConfigureAwait(false) is null)
        {
            V1Namespace made = new()
            {
                ApiVersion = "v1",
                Kind = "Namespace",
                Metadata = new V1ObjectMeta { Name = space, Labels = Labels },
            };
            await client
                .CoreV1.PatchNamespaceAsync(
                    Patch(made),
                    space,
                    fieldManager: Manager,
                    cancellationToken: cancellationToken
                )
                .ConfigureAwait(false);
        }
    }

    public async Task ApplyAsync(V1Deployment deployment, CancellationToken cancellationToken)
    {
        foreach (var (key, value) in Labels)
        {
            deployment.Metadata.Labels[key] = value;
        }

        await client
            .AppsV1.PatchNamespacedDeploymentAsync(
                Patch(deployment),
                deployment.Metadata.Name,
                space,
                fieldManager: Manager,
                force: true,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>The one pod of a Deployment, or what keeps it from being ready, in words.</summary>
    public async Task<(bool IsReady, string State)> ReadPodAsync(string instance, CancellationToken cancellationToken)
    {
        var pods = await client
            .CoreV1.ListNamespacedPodAsync(
                space,
                labelSelector: $"app.kubernetes.io/instance={instance}",
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        if (pods.Items.FirstOrDefault(p => p.Metadata.DeletionTimestamp is null) is not { } pod)
        {
            return (false, "there is no pod yet");
        }

        var conditions = pod.Status?.Conditions ?? [];
        var waiting = pod.Status?.ContainerStatuses?.FirstOrDefault()?.State?.Waiting?.Reason;
        var unmet = conditions.FirstOrDefault(c => c.Status != "True");
        return (
            conditions.Any(c => c is { Type: "Ready", Status: "True" }),
            $"pod {pod.Metadata.Name} is {pod.Status?.Phase ?? "new"}{Words(waiting)}{Words(unmet?.Message ?? unmet?.Reason)}"
        );

        static string Words(string? more) => string.IsNullOrEmpty(more) ? "" : $", {more}";
    }

    /// <summary>Leads the Service to a node.</summary>
    public async Task PublishAsync(IPAddress node, CancellationToken cancellationToken)
    {
        var labels = Labels;
        V1Service service = new()
        {
            ApiVersion = "v1",
            Kind = "Service",
            Metadata = new V1ObjectMeta
            {
                Name = Service,
                Labels = labels,
                Annotations = s_notReflected,
            },
            Spec = new V1ServiceSpec
            {
                Ports = [new V1ServicePort { Port = OllamaManifest.Port, TargetPort = OllamaManifest.Port }],
            },
        };
        await client
            .CoreV1.PatchNamespacedServiceAsync(
                Patch(service),
                Service,
                space,
                fieldManager: Manager,
                force: true,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        V1EndpointSlice slice = new()
        {
            ApiVersion = "discovery.k8s.io/v1",
            Kind = "EndpointSlice",
            Metadata = new V1ObjectMeta
            {
                Name = Service,
                Labels = new Dictionary<string, string>(labels)
                {
                    ["kubernetes.io/service-name"] = Service,
                    ["endpointslice.kubernetes.io/managed-by"] = Manager,
                },
                Annotations = s_notReflected,
            },
            AddressType = "IPv4",
            Endpoints =
            [
                new V1Endpoint
                {
                    Addresses = [node.ToString()],
                    Conditions = new V1EndpointConditions { Ready = true },
                },
            ],
            Ports = [new Discoveryv1EndpointPort { Port = OllamaManifest.Port, Protocol = "TCP" }],
        };
        await client
            .DiscoveryV1.PatchNamespacedEndpointSliceAsync(
                Patch(slice),
                Service,
                space,
                fieldManager: Manager,
                force: true,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async Task RemoveDeploymentAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await client
                .AppsV1.DeleteNamespacedDeploymentAsync(
                    name,
                    space,
                    propagationPolicy: "Background",
                    cancellationToken: cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound) { }
    }

    /// <summary>Removes every Deployment of ours.</summary>
    public async Task RemoveDeploymentsAsync(CancellationToken cancellationToken)
    {
        var mine = await client
            .AppsV1.ListNamespacedDeploymentAsync(
                space,
                labelSelector: $"{Owner}={ownerId}",
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        foreach (var deployment in mine.Items)
        {
            await RemoveDeploymentAsync(deployment.Metadata.Name, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the namespace and all in it, if we made it.</summary>
    public async Task RemoveNamespaceAsync(CancellationToken cancellationToken)
    {
        if (await IsOursAsync(cancellationToken).ConfigureAwait(false))
        {
            await client.CoreV1.DeleteNamespaceAsync(space, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the namespace is there and was made by us.</summary>
    public async Task<bool> IsOursAsync(CancellationToken cancellationToken) =>
        await ReadNamespaceAsync(cancellationToken).ConfigureAwait(false) is { Metadata.Labels: { } labels }
        && labels.TryGetValue(Owner, out var owner)
        && owner == ownerId;

    /// <summary>What of ours is there, in words; empty when nothing is.</summary>
    public async Task<IReadOnlyList<string>> ScanAsync(CancellationToken cancellationToken)
    {
        var mine = $"{Owner}={ownerId}";
        List<string> found = await IsOursAsync(cancellationToken).ConfigureAwait(false) ? [$"Namespace {space}"] : [];
        var deployments = await client
            .AppsV1.ListNamespacedDeploymentAsync(space, labelSelector: mine, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var services = await client
            .CoreV1.ListNamespacedServiceAsync(space, labelSelector: mine, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. found,
            .. deployments.Items.Select(d => $"Deployment {space}/{d.Metadata.Name}"),
            .. services.Items.Select(s => $"Service {space}/{s.Metadata.Name}"),
        ];
    }

    private async Task<V1Namespace?> ReadNamespaceAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await client
                .CoreV1.ReadNamespaceAsync(space, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static V1Patch Patch(object applied) =>
        new(KubernetesJson.Serialize(applied), V1Patch.PatchType.ApplyPatch);
}
