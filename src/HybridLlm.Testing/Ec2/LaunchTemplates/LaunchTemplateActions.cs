using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.LaunchTemplates;

/// <summary>Launch templates as a whole.</summary>
internal static class LaunchTemplateActions
{
    private static readonly FilterTable<LaunchTemplate> s_filters = new(t => t.Tags)
    {
        { "launch-template-name", t => t.Name },
        { "create-time", t => Timestamp(t.Created) },
    };

    public static object?[] Create(Ec2Call call)
    {
        var request = call.Request;
        var name = request.Required("LaunchTemplateName");
        var description = request.Text("VersionDescription");
        var structure = request.Structure("LaunchTemplateData");
        if (!structure.Any())
        {
            throw ServiceError.Missing("LaunchTemplateData");
        }

        var data = LaunchSpecificationReader.Read(structure);
        var tags = TagSpecifications.Read(request, LaunchTemplate.Kind.Type);
        return call.PerformOnce(
            () =>
            {
                if (call.Region.All<LaunchTemplate>().Any(t => t.Name == name))
                {
                    throw new ServiceError(
                        "InvalidLaunchTemplateName.AlreadyExistsException",
                        "Launch template name already in use."
                    );
                }

                LaunchTemplate template = new(call.Region.NewId<LaunchTemplate>(), call.Now, name);
                template.DefaultVersion = template.AddVersion(data, description, call.Now).Number;
                return call.Region.Add(template, tags.For(LaunchTemplate.Kind.Type));
            },
            template => [Node("launchTemplate", Render(call.Region, template))]
        );
    }

    public static object?[] Describe(Ec2Call call)
    {
        var ids = call.Request.List("LaunchTemplateId");
        var names = call.Request.List("LaunchTemplateName");
        var keep = s_filters.Read(call.Request);
        var paging = Paging.Read(call.Request, limit: 200);
        return call.Perform(() =>
        {
            var all = call.Region.Visible<LaunchTemplate>().ToList();
            if (names.FirstOrDefault(n => all.TrueForAll(t => t.Name != n)) is { } unknown)
            {
                throw LaunchTemplateReference.UnknownName(unknown);
            }

            var found = ids.Count > 0 ? call.Region.GetAll<LaunchTemplate>(ids) : all;
            var shown = found.Where(t => names.Count == 0 || names.Contains(t.Name)).Where(keep);
            return Describing.Answer("launchTemplates", paging.Cut(shown), t => Render(call.Region, t));
        });
    }

    public static object?[] Modify(Ec2Call call)
    {
        var reference = LaunchTemplateReference.Require(call.Request);
        var version = call.Request.Required("SetDefaultVersion");
        return call.PerformOnce(
            () =>
            {
                var template = reference.Find(call.Region);
                template.DefaultVersion = template.Get(version).Number;
                return template;
            },
            template => [Node("launchTemplate", Render(call.Region, template))]
        );
    }

    public static object?[] Delete(Ec2Call call)
    {
        var reference = LaunchTemplateReference.Require(call.Request);
        return call.Perform(() =>
        {
            var template = reference.Find(call.Region);
            call.Region.Remove(template);
            return [Node("launchTemplate", Render(call.Region, template))];
        });
    }

    private static object?[] Render(RegionState region, LaunchTemplate template) =>
        [
            Leaf("launchTemplateId", template.Id),
            Leaf("launchTemplateName", template.Name),
            Leaf("createTime", template.Created),
            Leaf("createdBy", $"arn:aws:iam::{region.Cloud.Options.AccountId}:root"),
            Leaf("defaultVersionNumber", template.DefaultVersion),
            Leaf("latestVersionNumber", template.LatestVersion),
            TagActions.TagSet(template),
        ];
}
