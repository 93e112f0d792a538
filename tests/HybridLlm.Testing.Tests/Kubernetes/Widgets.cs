using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Kubernetes;

/// <summary>A custom resource with a status, a required field, a default, an allowed set and an immutable field.</summary>
internal static class Widgets
{
    public const string Group = "example.com";

    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: widgets.example.com
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: widgets, kind: Widget, shortNames: [wd]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    required: [size]
                    properties:
                      size: {type: integer}
                      color: {type: string, enum: [red, green], default: red}
                      id:
                        type: string
                        x-kubernetes-validations:
                        - {rule: "self == oldSelf", message: "id is immutable"}
                  status:
                    type: object
                    properties:
                      phase: {type: string}
        """;

    /// <summary>Defines it, and waits until it is served, which a real server does a little later.</summary>
    public static async Task DefineAsync(TestCluster cluster)
    {
        await cluster.Client.CreateCustomResourceDefinitionAsync(
            KubernetesYaml.Deserialize<V1CustomResourceDefinition>(Definition),
            cancellationToken: TestContext.Current.CancellationToken
        );
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await cluster.Client.CustomObjects.ListNamespacedCustomObjectAsync(
                    Group,
                    "v1",
                    "default",
                    "widgets",
                    cancellationToken: TestContext.Current.CancellationToken
                );
                return true;
            }
            // Not known yet; then known, but its storage is still being made.
            catch (HttpOperationException notYet)
                when (notYet.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests)
            {
                return false;
            }
        });
    }

    public static Task<object> CreateAsync(TestCluster cluster, string name, object spec) =>
        cluster.Client.CustomObjects.CreateNamespacedCustomObjectAsync(
            new Dictionary<string, object>
            {
                ["apiVersion"] = "example.com/v1",
                ["kind"] = "Widget",
                ["metadata"] = new { name },
                ["spec"] = spec,
            },
            Group,
            "v1",
            "default",
            "widgets",
            cancellationToken: TestContext.Current.CancellationToken
        );
}
