using System.Text.Json.Nodes;
using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ssm;

/// <summary>The parameters AWS and Canonical publish: the newest image of a family, by name.</summary>
internal static class PublicParameters
{
    public static JsonObject Answer(string action, JsonObject request, string region)
    {
        if (action != "GetParameter")
        {
            throw ServiceError.Gap($"the SSM action {action}");
        }

        var name = request["Name"]?.GetValue<string>() ?? throw ServiceError.Missing("Name");
        var image =
            Images.In(region).Where(i => NameOf(i) == name).MaxBy(i => i.Created)
            ?? throw new ServiceError("ParameterNotFound", "");
        return new JsonObject
        {
            ["Parameter"] = new JsonObject
            {
                ["Name"] = name,
                ["Type"] = "String",
                ["Value"] = image.Id,
                ["DataType"] = "aws:ec2:image",
            },
        };
    }

    private static string NameOf(Image image)
    {
        if (image.OwnerAlias is null)
        {
            var architecture = image.Architecture == "arm64" ? "arm64" : "amd64";
            return $"/aws/service/canonical/ubuntu/server/24.04/stable/current/{architecture}/hvm/ebs-gp3/ami-id";
        }

        var ubuntu = image.Name.Contains("22.04", StringComparison.Ordinal) ? "22.04" : "24.04";
        return $"/aws/service/deeplearning/ami/{image.Architecture}/base-oss-nvidia-driver-gpu-ubuntu-{ubuntu}/latest/ami-id";
    }
}
