using System.Globalization;
using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.LaunchTemplates;

/// <summary>Versions of launch templates.</summary>
internal static class LaunchTemplateVersionActions
{
    private const int MostDeletions = 200;

    private static readonly FilterTable<LaunchTemplateVersion> s_filters = new()
    {
        { "is-default-version", v => v.Number == v.Template.DefaultVersion ? "true" : "false" },
        { "image-id", v => v.Data.ImageId },
        { "instance-type", v => v.Data.InstanceType },
        { "create-time", v => Timestamp(v.Created) },
    };

    public static object?[] Create(Ec2Call call)
    {
        var request = call.Request;
        var reference = LaunchTemplateReference.Require(request);
        var source = request.Text("SourceVersion");
        var description = request.Text("VersionDescription");
        var data = LaunchSpecificationReader.Read(request.Structure("LaunchTemplateData"));
        return call.PerformOnce(
            () =>
            {
                var template = reference.Find(call.Region);
                var whole = source is null ? data : data.Over(template.Get(source).Data);
                return template.AddVersion(whole, description, call.Now);
            },
            version => [Node("launchTemplateVersion", Render(call.Region, version))]
        );
    }

    public static object?[] Describe(Ec2Call call)
    {
        var request = call.Request;
        var reference = LaunchTemplateReference.Read(request);
        var wanted = request.List("LaunchTemplateVersion");
        var (least, most) = (request.Integer("MinVersion"), request.Integer("MaxVersion"));
        request.Only("ResolveAlias", "false");
        var keep = s_filters.Read(request);
        var paging = Paging.Read(request, limit: 200);
        if (reference is null && !wanted.All(v => v is "$Latest" or "$Default"))
        {
            throw ServiceError.Missing("LaunchTemplateId");
        }

        return call.Perform(() =>
        {
            var templates = reference is null ? call.Region.Visible<LaunchTemplate>() : [reference.Find(call.Region)];
            var versions = templates
                .SelectMany(t => wanted.Count > 0 ? wanted.Select(t.Get) : t.Versions.Values.Reverse())
                .Where(v => v.Number >= (least ?? 1) && v.Number <= (most ?? int.MaxValue))
                .Where(keep);
            return Describing.Answer(
                "launchTemplateVersionSet",
                paging.Cut(versions),
                v => [.. Render(call.Region, v), LaunchSpecificationXml.Render(v.Data)]
            );
        });
    }

    public static object?[] Delete(Ec2Call call)
    {
        var reference = LaunchTemplateReference.Require(call.Request);
        var wanted = call.Request.List("LaunchTemplateVersion");
        if (wanted.Count > MostDeletions)
        {
            throw ServiceError.Invalid("versions", $"{wanted.Count} versions", $"is invalid. At most {MostDeletions}.");
        }

        return call.Perform(() =>
        {
            var template = reference.Find(call.Region);
            List<object> deleted = [];
            List<object> kept = [];
            foreach (var text in wanted)
            {
                if (template.Find(text) is not { } version)
                {
                    kept.Add(RenderKept(template, text, "launchTemplateVersionDoesNotExist", "does not exist"));
                }
                else if (version.Number == template.DefaultVersion)
                {
                    kept.Add(
                        RenderKept(template, text, "unexpectedError", "is the default version; it cannot be deleted")
                    );
                }
                else
                {
                    template.Versions.Remove(version.Number);
                    deleted.Add(Node("item", [.. RenderTemplate(template), Leaf("versionNumber", version.Number)]));
                }
            }

            return
            [
                Node("successfullyDeletedLaunchTemplateVersionSet", deleted),
                Node("unsuccessfullyDeletedLaunchTemplateVersionSet", kept),
            ];
        });
    }

    private static object?[] RenderTemplate(LaunchTemplate template) =>
        [Leaf("launchTemplateId", template.Id), Leaf("launchTemplateName", template.Name)];

    private static XElement RenderKept(LaunchTemplate template, string version, string code, string why) =>
        Node(
            "item",
            [
                .. RenderTemplate(template),
                int.TryParse(version, CultureInfo.InvariantCulture, out var number)
                    ? Leaf("versionNumber", number)
                    : null,
                Node("responseError", Leaf("code", code), Leaf("message", $"The version {version} {why}.")),
            ]
        );

    private static object?[] Render(RegionState region, LaunchTemplateVersion version) =>
        [
            .. RenderTemplate(version.Template),
            Leaf("versionNumber", version.Number),
            Leaf("versionDescription", version.Description),
            Leaf("createTime", version.Created),
            Leaf("createdBy", $"arn:aws:iam::{region.Cloud.Options.AccountId}:root"),
            Leaf("defaultVersion", version.Number == version.Template.DefaultVersion),
        ];
}
