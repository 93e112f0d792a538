using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Lets somebody do something in one namespace.</summary>
internal static class Grant
{
    public static async Task ToAsync(
        Kubernetes admin,
        Rbacv1Subject subject,
        string ns,
        string resource,
        params string[] verbs
    )
    {
        V1ObjectMeta meta = new() { Name = $"{subject.Name}-{resource}" };
        V1PolicyRule rule = new()
        {
            ApiGroups = [""],
            Resources = [resource],
            Verbs = verbs,
        };
        V1RoleRef role = new()
        {
            ApiGroup = "rbac.authorization.k8s.io",
            Kind = "Role",
            Name = meta.Name,
        };
        var stop = TestContext.Current.CancellationToken;
        await admin.CreateNamespacedRoleAsync(
            new V1Role { Metadata = meta, Rules = [rule] },
            ns,
            cancellationToken: stop
        );
        await admin.CreateNamespacedRoleBindingAsync(
            new V1RoleBinding
            {
                Metadata = meta,
                RoleRef = role,
                Subjects = [subject],
            },
            ns,
            cancellationToken: stop
        );
    }
}
