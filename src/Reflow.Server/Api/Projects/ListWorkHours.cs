using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/work_item/man_hour/records (contracts: project §2.5): an item's recorded hours by page, oldest first.</summary>
static class ListWorkHours
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_hour.list", call =>
    {
        var page = ItemPage.Of(call.Body, size: 50);
        var path = ItemPath.In(call.Body);
        if (call.Body.Fault() is { } fault) return new(fault);
        return new(ItemCall.Read(call, projects, path, page.Wrong, (_, found) =>
        {
            var all = WorkHourJson.Of(found.Item).ToList();
            return new(page.Answer(all.Count, json =>
            {
                foreach (var (node, record) in all.Skip(page.Skip).Take(page.Size)) WorkHourJson.Write(json, found, node, record);
            }));
        }));
    });
}
